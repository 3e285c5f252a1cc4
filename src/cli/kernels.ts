import { object, or } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, flag, option } from '@optique/core/primitives';
import { harmlessJson } from '../core/text/harmless-text.ts';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { parseKernelChoice } from '../core/image/kernel-choice.ts';
import type { CachedKernel } from '../machine/image/kernel/list-kernels.ts';
import { suiteNames } from '../machine/image/packages/suite.ts';
import { kernelsLines } from '../report/kernels-lines.ts';
import type { KernelListing } from '../report/kernels-lines.ts';
import { line, span } from '../report/text/line.ts';
import type { Cli } from './cli.ts';
import { defineCommand } from './define-command.ts';
import type { Example } from './help-page.ts';
import { requireHostOf } from './host-view.ts';
import { absoluteKernel, cachedKernels, cachedKernelWords, kernelName, resolveKernel } from './options/kernel-option.ts';
import { openLabContext } from './lab/lab-context.ts';
import { removeEntries } from './remove-entries.ts';
import { knownWord } from './options/value-parsers.ts';

const lsArguments = command(
  'ls',
  object({
    action: constant('ls'),
    available: option('--available', {
      description: message`Also lists the versions that the suites offer, from their package lists.`,
    }),
    json: option('--json', { description: message`Prints one JSON document.` }),
  }),
  { brief: message`Lists the kernels in the cache, and the suites that offer others.` },
);

const addArguments = (cli: Cli) =>
  command(
    'add',
    object({
      action: constant('add'),
      kernels: multiple(
        argument(kernelName(cli), {
          description: message`A Debian suite, a version (6.12), .deb files separated by commas, or a directory (./linux).`,
        }),
        { min: 1, errors: { tooFew: message`Name a kernel: a suite, a version, .deb files or a directory.` } },
      ),
    }),
    { brief: message`Fetches kernels into the cache ahead of time.` },
  );

const whatToRemove = { errors: { noMatch: message`Name a kernel, or use --all for every one.` } };

const rmArguments = (cachedName: ReturnType<typeof knownWord>) =>
  command(
    'rm',
    or(
      object({
        action: constant('rm'),
        all: flag('--all', { description: message`Removes every kernel.` }),
      }),
      object({
        action: constant('rm'),
        kernels: multiple(argument(cachedName, { description: message`A kernel, named as for --kernel.` }), { min: 1 }),
      }),
      whatToRemove,
    ),
    {
      brief: message`Removes kernels from the cache. The next use of a suite or version looks for the newest package again.`,
    },
  );

const whatToDo = { errors: { noMatch: message`Say what to do with kernels: ls, add or rm.` } };

/** Gives the command line of `raidlab kernels`; for `rm` the shell completes the kernels in this cache. */
function kernelsArguments(cli: Cli) {
  const cachedName = knownWord('KERNEL', async () => cachedKernelWords(cli));
  return command('kernels', or(lsArguments, addArguments(cli), rmArguments(cachedName), whatToDo), {
    brief: message`Lists, adds and removes kernels for machines.`,
    description: message`A kernel comes from a Debian suite (its newest), by version, from .deb files or from a directory, and is kept in the cache, ready to boot. RAIDLAB_MIRROR names a mirror for all suites, RAIDLAB_MIRROR_SUITE (such as RAIDLAB_MIRROR_TRIXIE_BACKPORTS) for one. A suite that raidlab does not know, such as an archived one, can be used once it has a mirror.`,
  });
}

/** The parsed command line of `raidlab kernels`. */
type KernelsCommand = InferValue<ReturnType<typeof kernelsArguments>>;

/** Examples for `raidlab kernels`. */
const kernelsExamples: readonly Example[] = [
  { words: 'kernels ls --available', does: 'Cached kernels, and every version that the suites offer.' },
  { words: 'kernels add trixie-backports 6.17', does: 'Two kernels, ready for --kernel trixie-backports and --kernel 6.17.' },
  { words: 'kernels add ./linux', does: 'Your own kernel: a directory with vmlinuz and lib/modules/VERSION.' },
  { words: 'kernels rm trixie', does: 'The next --kernel trixie takes the newest package.' },
];

/** Lists, adds or removes. */
async function runKernelsCommand(cli: Cli, asked: KernelsCommand): Promise<ExitCode> {
  switch (asked.action) {
    case 'ls':
      return list(cli, asked);
    case 'add':
      return add(cli, asked.kernels);
    case 'rm':
      return remove(cli, 'kernels' in asked ? asked.kernels : undefined);
  }
}

async function list(cli: Cli, asked: { readonly available: boolean; readonly json: boolean }): Promise<ExitCode> {
  const { mirrors } = cli;
  const suites = suiteNames(mirrors).map((suite) => ({ suite, mirror: mirrors.bySuite?.[suite] ?? null }));
  const found = asked.available ? await findAvailable(cli) : undefined;
  const available =
    found === undefined
      ? {}
      : { available: found.kernels, incomplete: found.incomplete, ...(found.unread === undefined ? {} : { unread: found.unread }) };
  const listing = { kernels: (await cachedKernels(cli)).map(listKernel), suites, ...available };
  if (asked.json) cli.screen.data(`${harmlessJson({ v: 1, ...listing })}\n`);
  else cli.screen.keep(kernelsLines(listing, Date.now()));
  return exitCodes.held;
}

function listKernel({ entry, ...kernel }: CachedKernel): KernelListing {
  const { name, allocatedBytes, lastUsedMs } = entry;
  return { ...kernel, sizeBytes: allocatedBytes, lastUsedAt: new Date(lastUsedMs).toISOString(), entry: name };
}

async function findAvailable(cli: Cli) {
  const { findAvailableKernels } = await import('../machine/image/kernel/find-available-kernels.ts');
  const { makeAreas } = await import('../machine/cache/store.ts');
  await makeAreas(cli.store);
  using ctx = openLabContext(cli, 'Looking for kernels');
  return await findAvailableKernels(ctx, cli.store, cli.mirrors);
}

async function add(cli: Cli, typed: readonly string[]): Promise<ExitCode> {
  // Check all of them before fetching the first.
  const kernels: string[] = [];
  for (const text of typed) kernels.push(await resolveKernel(cli, text));
  await requireHostOf(cli);
  const [{ openStore }, { ensureKernel }] = await Promise.all([
    import('../machine/cache/open-store.ts'),
    import('../machine/image/kernel/ensure-kernel.ts'),
  ]);
  using ctx = openLabContext(cli, 'Adding kernels');
  await using store = await openStore(ctx, cli.store);
  for (const text of kernels) {
    const made = await ensureKernel(ctx, store, parseKernelChoice(text, suiteNames(cli.mirrors)), cli.mirrors);
    cli.screen.keep([line(0, [span(text, 'strong'), span(`  Linux ${made.upstreamVersion}`), span(`, ${made.description}`, 'quiet')], 2)]);
  }
  return exitCodes.held;
}

/** `typed`: undefined for every kernel. */
async function remove(cli: Cli, typed: readonly string[] | undefined): Promise<ExitCode> {
  const kernels = await cachedKernels(cli);
  const wanted = typed === undefined ? kernels : typed.flatMap((text) => cachedAs(cli, text, kernels));
  const { listEntries } = await import('../machine/cache/entries.ts');
  using ctx = openLabContext(cli, 'Removing kernels');
  const listed = await listEntries(ctx, cli.store);
  return await removeEntries(
    cli,
    ctx,
    listed,
    wanted.map(({ entry }) => entry.name),
  );
}

/** An older recipe may have left one more of the same kernel. */
function cachedAs(cli: Cli, typed: string, kernels: readonly CachedKernel[]): readonly CachedKernel[] {
  const known = [...new Set(kernels.map(({ kernel }) => kernel))];
  // A cached kernel's name may mean nothing any more: the mirror of its suite is no longer named.
  const wanted = known.includes(typed) ? typed : absoluteKernel(cli, typed);
  const found = kernels.filter(({ kernel }) => kernel === wanted);
  if (found.length > 0) return found;
  throw new RaidlabError({ area: 'image', reason: 'kernel-not-cached', kernel: typed, known });
}

/** `raidlab kernels`. */
export const kernelsCommand = defineCommand({ parser: kernelsArguments, examples: kernelsExamples, run: runKernelsCommand });
