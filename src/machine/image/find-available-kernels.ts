import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseMadison } from '../../core/apt/madison.ts';
import type { MadisonEntry } from '../../core/apt/madison.ts';
import type { AvailableKernel } from '../../core/available-kernel.ts';
import { RaidlabError } from '../../core/failure.ts';
import type { Mirrors } from '../../core/mirrors.ts';
import { tellingLines } from '../../core/telling-lines.ts';
import type { CacheStore } from '../cache/store.ts';
import { openOwnedDirectory } from '../cache/owned-directory.ts';
import type { Context } from '../context.ts';
import { runHostCommand } from '../host-process.ts';
import { findHostMirror, planSources } from './mirror.ts';
import { requireSuite, suiteNames } from './suite.ts';
import type { Suite } from './suite.ts';

/** What the suites have. */
export interface AvailableKernels {
  /** By suite, in the order of the suites. */
  readonly kernels: readonly AvailableKernel[];
  /** What could not be looked into, and what apt said. */
  readonly unread?: { readonly suites: readonly string[]; readonly said: string };
}

/**
 * Reads the package lists of every suite, and gives the kernels that are in them. Takes apt half a minute and 50 MB, nothing of which is kept;
 * the host's own apt is left as it is.
 *
 * Rejects with `image/mirror-unknown` when there is no mirror.
 */
export async function findAvailableKernels(ctx: Context, store: CacheStore, mirrors: Mirrors): Promise<AvailableKernels> {
  const suites = suiteNames(mirrors).map((name) => requireSuite(name, mirrors));
  const host = await findHostMirror(ctx);
  const lines = suites.flatMap((suite) => planSources(suite, mirrors, host));
  if (lines.length === 0) throw new RaidlabError({ area: 'image', reason: 'mirror-unknown', suite: suites[0]?.name ?? '' });
  await using work = await openOwnedDirectory(ctx, store, 'tmp', 'package-lists');
  const options = await openPackageLists(work.hostPath, lines);
  ctx.emit({
    type: 'progress-made',
    what: 'looking for kernels',
    fraction: null,
    detail: `reading the package lists of ${String(suites.length)} suites`,
  });
  const unreadSaid = await updateLists(ctx, options, work.hostPath);
  const purpose = 'look for kernels in the package lists';
  const listed = await runHostCommand(ctx, ['apt-cache', ...options, 'pkgnames', 'linux-image-'], { purpose });
  const names = listed.stdout.split('\n').filter((name) => kernelName.test(name));
  const madison = await runHostCommand(ctx, ['apt-cache', ...options, 'madison', ...names], { purpose });
  const kernels = kernelsIn(parseMadison(madison.stdout), suites);
  if (unreadSaid === undefined) return { kernels };
  const has = new Set(kernels.map((kernel) => kernel.suite));
  const unread = suites.map((suite) => suite.name).filter((name) => !has.has(name));
  // A security archive alone that is missing is worth the words, too.
  return { kernels, unread: { suites: unread.length === 0 ? ['a part of the suites'] : unread, said: unreadSaid } };
}

/** One kernel, not the newest of a kind, nor one for debugging or of another flavour. */
const kernelName = /^linux-image-(?:\d[\d.]*(?:~rc\d+)?(?:[+-][\w.~]+)?)-(?<flavour>cloud-)?amd64$/u;

/** Gives the kernels among packages of the suites; what a security archive has belongs to its suite. */
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

/** Makes an apt of its own in a directory, with these sources; gives the options that make apt use it. */
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

/** Fetches the lists; gives what apt said when it could not fetch some of them: the others are good. */
async function updateLists(ctx: Context, options: readonly string[], hostPath: string): Promise<string | undefined> {
  const argv = ['apt-get', ...options, '-o', 'APT::Update::Error-Mode=any', 'update'];
  const update = await runHostCommand(ctx, argv, { purpose: 'read the package lists', writesHostPath: hostPath, okExitCodes: [0, 100] });
  return update.exitCode === 0 ? undefined : tellingLines(`${update.stdout}${update.stderr}`.split('\n'));
}
