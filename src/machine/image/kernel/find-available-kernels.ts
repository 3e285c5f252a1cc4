import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseMadison } from '../../../core/apt/madison.ts';
import type { MadisonEntry } from '../../../core/apt/madison.ts';
import { parseShow } from '../../../core/apt/show.ts';
import type { ShownPackage } from '../../../core/apt/show.ts';
import type { AvailableKernel, IncompleteKernel } from '../../../core/image/available-kernel.ts';
import { RaidlabError } from '../../../core/failure/failure.ts';
import type { Mirrors } from '../../../core/image/mirrors.ts';
import { tellingLines } from '../../../core/text/telling-lines.ts';
import type { CacheStore } from '../../cache/store.ts';
import { openOwnedDirectory } from '../../cache/owned-directory.ts';
import type { Context } from '../../context.ts';
import { runHostCommand } from '../../process/host-process.ts';
import { findHostMirror, planSources } from '../packages/mirror.ts';
import { requireSuite, suiteNames } from '../packages/suite.ts';
import type { Suite } from '../packages/suite.ts';
import { splitPrefixes } from './unpack-kernel-packages.ts';

/** An available kernel. */
export interface WholeKernel extends AvailableKernel {
  /** The packages with its files besides its own. */
  readonly parts: readonly string[];
}

/** What the suites offer. */
export interface AvailableKernels {
  /** By suite, in the order of the suites. */
  readonly kernels: readonly WholeKernel[];
  /** Those that lack a part, in the same order. */
  readonly incomplete: readonly IncompleteKernel[];
  /** What could not be read, with apt's message. */
  readonly unread?: { readonly suites: readonly string[]; readonly said: string };
}

/**
 * Reads the package lists of all suites, and gives the kernels that can be made from their packages. apt needs half a minute and 50 MB,
 * none of which is kept; the host's own apt is untouched. Rejects with `image/mirror-unknown` when there is no mirror.
 */
export async function findAvailableKernels(ctx: Context, store: CacheStore, mirrors: Mirrors): Promise<AvailableKernels> {
  return withAvailableKernels(ctx, store, mirrors, (found) => Promise.resolve(found));
}

/** Fetches the packages of a kernel into a directory, and gives their paths. */
type FetchKernel = (kernel: WholeKernel, targetHostPath: string) => Promise<readonly string[]>;

/**
 * Works with what the suites offer, while packages can still be fetched from them. Only a kernel's files are wanted: apt is not asked
 * whether it could be installed, but checks signatures as always. Rejects as {@link findAvailableKernels} does.
 */
export async function withAvailableKernels<T>(
  ctx: Context,
  store: CacheStore,
  mirrors: Mirrors,
  work: (found: AvailableKernels, fetchKernel: FetchKernel) => Promise<T>,
): Promise<T> {
  const suites = suiteNames(mirrors).map((name) => requireSuite(name, mirrors));
  const host = await findHostMirror(ctx);
  const lines = suites.flatMap((suite) => planSources(suite, mirrors, host));
  if (lines.length === 0) throw new RaidlabError({ area: 'image', reason: 'mirror-unknown', suite: suites[0]?.name ?? '' });
  await using lists = await openOwnedDirectory(ctx, store, 'tmp', 'package-lists');
  const options = await openPackageLists(lists.hostPath, lines);
  ctx.emit({
    type: 'progress-made',
    what: 'looking for kernels',
    fraction: null,
    detail: `reading the package lists of ${String(suites.length)} suites`,
  });
  const unreadSaid = await updateLists(ctx, options, lists.hostPath);
  return await work(await readKernels(ctx, options, suites, unreadSaid), (kernel, targetHostPath) =>
    fetchPackages(ctx, options, kernel, targetHostPath),
  );
}

async function readKernels(
  ctx: Context,
  options: readonly string[],
  suites: readonly Suite[],
  unreadSaid: string | undefined,
): Promise<AvailableKernels> {
  const purpose = 'look for kernels in the package lists';
  const listed = await runHostCommand(ctx, ['apt-cache', ...options, 'pkgnames', 'linux-image-'], { purpose });
  const names = listed.stdout.split('\n').filter((name) => kernelName.test(name));
  const madison = await runHostCommand(ctx, ['apt-cache', ...options, 'madison', ...names], { purpose });
  const listedKernels = kernelsIn(parseMadison(madison.stdout), suites);
  const found = divideByParts(listedKernels, await readParts(ctx, options, listedKernels));
  if (unreadSaid === undefined) return found;
  const has = new Set(listedKernels.map((kernel) => kernel.suite));
  const unread = suites.map((suite) => suite.name).filter((name) => !has.has(name));
  // Worth reporting even if only a security archive is missing.
  return { ...found, unread: { suites: unread.length === 0 ? ['a part of the suites'] : unread, said: unreadSaid } };
}

/** A specific kernel, not the newest of a kind, nor a debug kernel or one of another flavour. */
const kernelName = /^linux-image-(?:\d[\d.]*(?:~rc\d+)?(?:[+-][\w.~]+)?)-(?<flavour>cloud-)?amd64$/u;

/** Gives the kernels among the suites' packages; a security archive's kernels belong to its suite. */
export function kernelsIn(entries: readonly MadisonEntry[], suites: readonly Suite[]): readonly AvailableKernel[] {
  const kernels = new Map<string, AvailableKernel>();
  for (const suite of suites) {
    const distributions = suite.backports ? [suite.name] : [suite.name, `${suite.name}-security`];
    const hasCloudFlavour = entries.some((entry) => distributions.includes(entry.distribution) && entry.package.endsWith('-cloud-amd64'));
    for (const entry of entries) {
      const match = kernelName.exec(entry.package);
      if (match === null || !distributions.includes(entry.distribution)) continue;
      if ((match.groups?.flavour !== undefined) !== hasCloudFlavour) continue;
      const kernel = { suite: suite.name, package: entry.package, version: entry.version };
      kernels.set(JSON.stringify(kernel), kernel);
    }
  }
  return [...kernels.values()];
}

/** What kernel packages need, and which of it exists. */
interface KernelParts {
  readonly shown: readonly ShownPackage[];
  /** The names of all packages that a kernel may be split into. */
  readonly names: ReadonlySet<string>;
}

async function readParts(ctx: Context, options: readonly string[], kernels: readonly AvailableKernel[]): Promise<KernelParts> {
  const purpose = 'look for the parts of kernels';
  const wanted = [...new Set(kernels.map((kernel) => `${kernel.package}=${kernel.version}`))];
  const listings = [];
  for (const prefix of splitPrefixes) listings.push(await runHostCommand(ctx, ['apt-cache', ...options, 'pkgnames', prefix], { purpose }));
  const names = new Set(listings.flatMap(({ stdout }) => stdout.split('\n')));
  if (wanted.length === 0) return { shown: [], names };
  const show = await runHostCommand(ctx, ['apt-cache', ...options, 'show', ...wanted], { purpose });
  return { shown: parseShow(show.stdout), names };
}

/** Separates kernels with all their parts from the others. A part has its kernel's name, and so its version. */
export function divideByParts(
  kernels: readonly AvailableKernel[],
  { shown, names }: KernelParts,
): Pick<AvailableKernels, 'kernels' | 'incomplete'> {
  const judged = kernels.map((kernel) => {
    const found = shown.find((one) => one.package === kernel.package && one.version === kernel.version);
    const parts = partsAmong(found?.depends ?? []);
    return { kernel, parts, missing: parts.filter((name) => !names.has(name)) };
  });
  return {
    kernels: judged.flatMap(({ kernel, parts, missing }) => (missing.length === 0 ? [{ ...kernel, parts }] : [])),
    incomplete: judged.flatMap(({ kernel, missing }) => (missing.length === 0 ? [] : [{ ...kernel, missing }])),
  };
}

/** A linux-image that leaves neither kernel nor modules to other packages has all files itself, whatever else it depends on (6.18). */
function partsAmong(depends: readonly string[]): readonly string[] {
  const parts = depends.filter((name) => splitPrefixes.some((prefix) => name.startsWith(prefix)));
  return parts.every((name) => name.startsWith('linux-base-')) ? [] : parts;
}

async function fetchPackages(
  ctx: Context,
  options: readonly string[],
  { package: name, version, parts }: WholeKernel,
  targetHostPath: string,
): Promise<readonly string[]> {
  await mkdir(targetHostPath);
  // Not as _apt, who may not enter a user's directory.
  const argv = ['apt-get', ...options, 'download', ...[name, ...parts].map((one) => `${one}=${version}`)];
  await runHostCommand(ctx, argv, {
    purpose: 'fetch the packages of a kernel',
    cwdHostPath: targetHostPath,
    writesHostPath: targetHostPath,
  });
  return (await readdir(targetHostPath)).filter((file) => file.endsWith('.deb')).map((file) => path.join(targetHostPath, file));
}

/** Sets up an apt of its own in a directory, with these sources; gives the options that make apt use it. */
async function openPackageLists(hostPath: string, lines: readonly string[]): Promise<readonly string[]> {
  const inside = (name: string): string => path.join(hostPath, name);
  for (const name of ['state/lists/partial', 'cache/archives/partial']) await mkdir(inside(name), { recursive: true });
  await writeFile(inside('sources.list'), [...new Set(lines)].map((line) => `${line}\n`).join(''));
  await writeFile(inside('status'), '');
  const settings = {
    'Dir::State': inside('state'),
    'Dir::State::status': inside('status'),
    'Dir::Cache': inside('cache'),
    'Dir::Etc::SourceList': inside('sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
    'APT::Architecture': 'amd64',
    'APT::Architectures::': 'amd64',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** Fetches the lists; gives apt's message when it could not fetch some of them: the others are usable. */
async function updateLists(ctx: Context, options: readonly string[], hostPath: string): Promise<string | undefined> {
  const argv = ['apt-get', ...options, '-o', 'APT::Update::Error-Mode=any', 'update'];
  const update = await runHostCommand(ctx, argv, { purpose: 'read the package lists', writesHostPath: hostPath, okExitCodes: [0, 100] });
  return update.exitCode === 0 ? undefined : tellingLines(`${update.stdout}${update.stderr}`.split('\n'));
}
