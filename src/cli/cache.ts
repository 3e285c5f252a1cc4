import { hostname } from 'node:os';
import { object, or } from '@optique/core/constructs';
import { message, text } from '@optique/core/message';
import { multiple, optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, flag, option } from '@optique/core/primitives';
import { harmlessJson } from '../core/text/harmless-text.ts';
import { formatAge } from '../core/text/age.ts';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { nearestWord } from '../core/text/nearest-word.ts';
import { formatSize } from '../core/text/size.ts';
import type { ListedEntry } from '../machine/cache/entries.ts';
import type { Hold } from '../machine/cache/holds.ts';
import { defaultCacheBound } from '../machine/cache/pick-evictions.ts';
import type { Context } from '../machine/context.ts';
import { cacheEventLines, cacheLines, shortName } from '../report/cache-lines.ts';
import type { CacheListing } from '../report/cache-lines.ts';
import { line } from '../report/text/line.ts';
import type { Cli } from './cli.ts';
import { defineCommand } from './define-command.ts';
import type { Example } from './help-page.ts';
import { removeEntries, usersOf } from './remove-entries.ts';
import { age, knownWord, size } from './options/value-parsers.ts';

// The store is loaded only when needed, not when the command line is parsed.
const entries = async () => import('../machine/cache/entries.ts');

/** Gives the command line of `raidlab cache`; the shell completes the names of the entries in this cache. */
function cacheArguments(cli: Cli) {
  const entryName = knownWord('NAME', async () => {
    const listed = await (await entries()).listEntries(contextOf(cli), cli.store);
    const names = listed.map(({ name }) => name);
    return listed.map(({ name, record }) => ({ word: shortName(name, names), description: record?.artefact ?? 'damaged' }));
  });
  return command('cache', or(lsArguments, rmArguments(entryName), pruneArguments, whatToDo), {
    brief: message`Lists and removes cached kernels, tools and machine templates.`,
    description: message`Entries are verified before use. One is removed when it has not been used for ${text(formatAge(defaultCacheBound.maxAgeMs))}, or, the least recently used first, when the cache exceeds RAIDLAB_CACHE_SIZE (default: ${text(formatSize(defaultCacheBound.maxBytes))}).`,
  });
}

const whatToDo = { errors: { noMatch: message`Say what to do with the cache: ls, rm or prune.` } };
const whatToRemove = { errors: { noMatch: message`Name an entry, or use --all for every one.` } };

const lsArguments = command(
  'ls',
  object({
    action: constant('ls'),
    json: option('--json', { description: message`Prints one JSON document.` }),
  }),
  { brief: message`Lists the entries: what each is, its size, last use, and current users.` },
);

const rmArguments = (entryName: ReturnType<typeof knownWord>) =>
  command(
    'rm',
    or(
      object({
        action: constant('rm'),
        all: flag('--all', { description: message`Removes every entry.` }),
      }),
      object({
        action: constant('rm'),
        names: multiple(argument(entryName, { description: message`An entry, or the start of its name.` }), { min: 1 }),
      }),
      whatToRemove,
    ),
    { brief: message`Removes entries; they are rebuilt when needed.` },
  );

const pruneArguments = command(
  'prune',
  object({
    action: constant('prune'),
    maxSize: optional(
      option('--max-size', size('SIZE', ['1GiB', '2GiB', '4GiB']), {
        description: message`Size limit of the cache (default: RAIDLAB_CACHE_SIZE).`,
      }),
    ),
    maxAge: optional(
      option('--max-age', age('AGE', ['1d', '7d', '30d']), { description: message`How long an entry may stay unused: 12h, 30d, 4w.` }),
    ),
  }),
  { brief: message`Removes unused entries until the cache is within its limits, least recently used first.` },
);

/** The parsed command line of `raidlab cache`. */
type CacheCommand = InferValue<ReturnType<typeof cacheArguments>>;

/** Examples for `raidlab cache`. */
const cacheExamples: readonly Example[] = [
  { words: 'cache ls', does: 'All entries, most recently used first.' },
  { words: 'cache rm kernel-da42', does: 'Removes an entry; the start of its name is enough.' },
  { words: 'cache prune --max-size 1GiB', does: 'Frees disk space.' },
  { words: 'cache prune --max-age 7d', does: 'Removes what was not used for a week.' },
];

/** Lists, removes or prunes. */
async function runCacheCommand(cli: Cli, asked: CacheCommand): Promise<ExitCode> {
  switch (asked.action) {
    case 'ls':
      return list(cli, asked.json);
    case 'rm':
      return remove(cli, 'names' in asked ? asked.names : undefined);
    case 'prune':
      return prune(cli, asked.maxSize, asked.maxAge);
  }
}

async function list(cli: Cli, json: boolean): Promise<ExitCode> {
  const { store } = cli;
  const { findHolds } = await import('../machine/cache/holds.ts');
  const holds = await findHolds(store);
  const listed = await (await entries()).listEntries(contextOf(cli), store);
  const listing = listed.map((entry) => listEntry(entry, holds));
  const usedBytes = listing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const summary = {
    directory: store.rootHostPath,
    usedBytes,
    maxBytes: store.maxBytes,
    maxAgeMs: store.maxAgeMs,
    hostName: hostname(),
  };
  if (json) cli.screen.data(`${harmlessJson({ v: 1, ...summary, entries: listing })}\n`);
  else cli.screen.keep(cacheLines(summary, listing, Date.now()));
  return exitCodes.held;
}

function listEntry({ name, record, allocatedBytes, lastUsedMs }: ListedEntry, holds: readonly Hold[]): CacheListing {
  return {
    name,
    artefact: record?.artefact ?? null,
    description: record?.description ?? null,
    sizeBytes: allocatedBytes,
    madeAt: record?.madeAt ?? null,
    lastUsedAt: new Date(lastUsedMs).toISOString(),
    inUseBy: usersOf(name, holds),
  };
}

/** `asked`: undefined for every entry. */
async function remove(cli: Cli, asked: readonly string[] | undefined): Promise<ExitCode> {
  const ctx = contextOf(cli);
  const listed = await (await entries()).listEntries(ctx, cli.store);
  const names = listed.map(({ name }) => name);
  const wanted = asked === undefined ? names : asked.map((typed) => resolveName(typed, names));
  return removeEntries(cli, ctx, listed, wanted);
}

function resolveName(typed: string, names: readonly string[]): string {
  const matches = names.includes(typed) ? [typed] : names.filter((name) => typed !== '' && name.startsWith(typed));
  const [match, ...others] = matches;
  const short = (some: readonly string[]): readonly string[] => some.map((name) => shortName(name, names));
  if (match !== undefined && others.length === 0) return match;
  if (match !== undefined) {
    throw new RaidlabError({ area: 'usage', reason: 'ambiguous-entry', entry: typed, matches: short(matches) });
  }
  // What was typed is the beginning of a name: it is compared with beginnings.
  const beginning = nearestWord(
    typed,
    short(names).map((name) => name.slice(0, Math.max(typed.length, 3))),
  );
  const nearest = beginning === undefined ? undefined : short(names).find((name) => name.startsWith(beginning));
  const facts = { entry: typed, known: short(names), nearest };
  throw new RaidlabError({ area: 'usage', reason: 'unknown-entry', ...facts });
}

async function prune(cli: Cli, maxBytes = cli.store.maxBytes, maxAgeMs = cli.store.maxAgeMs): Promise<ExitCode> {
  const [{ pruneCache }, { removeLeftovers }] = await Promise.all([
    import('../machine/cache/prune-cache.ts'),
    import('../machine/cache/leftovers.ts'),
  ]);
  const ctx = contextOf(cli);
  await removeLeftovers(ctx, cli.store);
  const { freedBytes, leftBytes } = await pruneCache(ctx, cli.store, { maxBytes, maxAgeMs });
  const freed = freedBytes === 0 ? 'Nothing to remove' : `Freed ${formatSize(freedBytes)}`;
  const more = leftBytes > maxBytes ? `, more than ${formatSize(maxBytes)}, because entries in use stay` : '';
  cli.screen.keep([line(0, `${freed}; the cache takes ${formatSize(leftBytes)}${more}.`)]);
  return exitCodes.held;
}

function contextOf(cli: Cli): Context {
  return {
    signal: cli.interruption.signal,
    timeFactor: cli.timeFactor,
    emit: (event) => {
      cli.screen.keep(cacheEventLines(event));
    },
  };
}

/** `raidlab cache`. */
export const cacheCommand = defineCommand({ parser: cacheArguments, examples: cacheExamples, run: runCacheCommand });
