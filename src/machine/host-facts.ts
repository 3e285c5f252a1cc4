import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import { availableParallelism, machine, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { DirectoryFacts, FoundProgram, HostFacts, HostRequirements, ProbeResult, ProgramRequirement } from '../core/doctor.ts';
import { RaidlabError } from '../core/failure.ts';
import { recallProbes } from './accelerator-memory.ts';
import { listEntries } from './cache/entries.ts';
import type { CacheStore } from './cache/store.ts';
import type { Context } from './context.ts';
import { runHostCommand } from './host-process.ts';
import { readAvailableMemory } from './host-room.ts';

/** Where the host is looked at from. */
export interface HostView {
  readonly requirements: HostRequirements;
  readonly store: CacheStore;
  /** The directories of PATH. */
  readonly searchHostPaths: readonly string[];
  /** A mirror that was named; undefined: those of the host's apt. */
  readonly mirror: string | undefined;
}

/** No look at the host takes longer, milliseconds: a program that hangs is reported as one that said nothing. */
const lookTimeoutMs = 10_000;

/** Observes the host: programs, KVM, namespaces, space, memory, mirror. Changes nothing and needs no root. */
export async function observeHost(ctx: Context, view: HostView): Promise<HostFacts> {
  const { username, uid } = userInfo();
  const [os, programs, kvm, userNamespaces, users, groups, cache, runtime, memoryAvailableBytes, mirrors] = await Promise.all([
    readOs(),
    findPrograms(ctx, view),
    lookAtKvm(view.store),
    tryUserNamespace(ctx),
    countSubordinateIds('/etc/subuid', username),
    countSubordinateIds('/etc/subgid', username),
    lookAtCache(ctx, view.store),
    lookAtDirectory(view.store.runtimeHostPath),
    readAvailableMemory(),
    findMirrors(ctx, view.mirror),
  ]);
  return {
    os,
    architecture: machine(),
    user: username,
    isRoot: uid === 0,
    programs,
    kvm,
    userNamespaces,
    subordinateIds: { users, groups },
    cache,
    runtime,
    memoryAvailableBytes,
    cores: availableParallelism(),
    mirrors,
  };
}

/** Gives the fields of /etc/os-release, see os-release(5). */
export function parseOsRelease(text: string): HostFacts['os'] {
  const value = (key: string): string | null => new RegExp(`^${key}="?([^"\n]*)"?$`, 'mu').exec(text)?.[1] ?? null;
  const version = Number.parseInt(value('VERSION_ID') ?? '', 10);
  return {
    id: value('ID') ?? 'unknown',
    name: value('PRETTY_NAME') ?? 'an unknown system',
    version: Number.isNaN(version) ? null : version,
    codename: value('VERSION_CODENAME'),
  };
}

async function readOs(): Promise<HostFacts['os']> {
  return parseOsRelease(await readIfThere('/etc/os-release'));
}

async function findPrograms(ctx: Context, view: HostView): Promise<Readonly<Record<string, FoundProgram>>> {
  const { programs } = view.requirements;
  const packageVersions = await readPackageVersions(ctx, programs);
  const found = await Promise.all(
    programs.map(async (requirement) => [requirement.program, await findProgram(ctx, view, requirement, packageVersions)] as const),
  );
  return Object.fromEntries(found);
}

async function findProgram(
  ctx: Context,
  view: HostView,
  requirement: ProgramRequirement,
  packageVersions: ReadonlyMap<string, string>,
): Promise<FoundProgram> {
  const hostPath = await findInPath(requirement.program, view.searchHostPaths);
  if (hostPath === null) return { hostPath, version: null };
  const packageVersion = packageVersions.get(requirement.package) ?? null;
  if (requirement.atLeast === undefined) return { hostPath, version: packageVersion };
  // Only the program itself knows: it may have been built by hand.
  const said = await outputOf(ctx, [hostPath, '--version'], 'see which version is installed');
  return { hostPath, version: /version (\d+(?:\.\d+)+)/u.exec(said)?.[1] ?? null };
}

async function findInPath(program: string, searchHostPaths: readonly string[]): Promise<string | null> {
  for (const directory of searchHostPaths) {
    const hostPath = join(directory, program);
    if (await mayAccess(hostPath, constants.X_OK)) return hostPath;
  }
  return null;
}

async function readPackageVersions(ctx: Context, programs: readonly ProgramRequirement[]): Promise<ReadonlyMap<string, string>> {
  const names = [...new Set(programs.map((requirement) => requirement.package))];
  const listing = await outputOf(
    ctx,
    ['dpkg-query', '--show', '--showformat', '${Package} ${Version}\\n', ...names],
    'see which packages are installed',
  );
  return new Map(
    listing.split('\n').flatMap((row): readonly (readonly [string, string])[] => {
      const [name, version] = row.split(' ');
      return name === undefined || version === undefined || version === '' ? [] : [[name, version]];
    }),
  );
}

async function lookAtCache(ctx: Context, store: CacheStore): Promise<HostFacts['cache']> {
  const usedBytes = (await listEntries(ctx, store)).reduce((sum, { allocatedBytes }) => sum + allocatedBytes, 0);
  return { ...(await lookAtDirectory(store.rootHostPath)), usedBytes, maxBytes: store.maxBytes };
}

async function lookAtKvm(store: CacheStore): Promise<HostFacts['kvm']> {
  const bootId = (await readIfThere('/proc/sys/kernel/random/boot_id')).trim();
  const remembered = await recallProbes(store, bootId);
  const isThere = await mayAccess('/dev/kvm', constants.F_OK);
  const opens = isThere && (await mayAccess('/dev/kvm', constants.R_OK | constants.W_OK));
  return { device: opens ? 'open' : isThere ? 'closed' : 'absent', remembered };
}

async function tryUserNamespace(ctx: Context): Promise<ProbeResult> {
  try {
    await runHostCommand(ctx, ['unshare', '--user', '--map-root-user', 'true'], {
      purpose: 'make a user namespace',
      timeoutMs: lookTimeoutMs,
    });
    return { works: true };
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!(error instanceof RaidlabError)) throw error;
    return { works: false, said: 'said' in error.failure ? error.failure.said : error.message };
  }
}

async function countSubordinateIds(tableHostPath: string, user: string): Promise<number> {
  return parseSubordinateIds(await readIfThere(tableHostPath), user);
}

/** Gives how many ids a user has in /etc/subuid or /etc/subgid: lines of `user:first:count`, see subuid(5). */
export function parseSubordinateIds(table: string, user: string): number {
  return table
    .split('\n')
    .filter((row) => row.startsWith(`${user}:`))
    .map((row) => Number(row.split(':')[2]))
    .reduce((sum, count) => sum + (Number.isSafeInteger(count) ? count : 0), 0);
}

/** Looks at a directory that may still have to be made: then its nearest ancestor counts. */
async function lookAtDirectory(hostPath: string): Promise<DirectoryFacts> {
  let existing = hostPath;
  while (!(await mayAccess(existing, constants.F_OK)) && dirname(existing) !== existing) existing = dirname(existing);
  const isWritable = (await mayAccess(existing, constants.W_OK | constants.X_OK)) && (await mayAccess(join(existing, '.'), constants.F_OK));
  try {
    const { bavail, bsize } = await statfs(existing);
    return { hostPath, isWritable, freeBytes: bavail * bsize };
  } catch {
    return { hostPath, isWritable, freeBytes: null };
  }
}

async function findMirrors(ctx: Context, mirror: string | undefined): Promise<HostFacts['mirrors']> {
  if (mirror !== undefined) return [{ uri: mirror, suite: '' }];
  const argv = ['apt-get', 'indextargets', '--format', '$(ORIGIN)|$(REPO_URI)|$(CODENAME)', 'Created-By: Packages'];
  const listing = await outputOf(ctx, argv, 'see which mirror apt uses');
  const rows = listing.split('\n').flatMap((row) => {
    const [origin = '', uri = '', suite = ''] = row.split('|');
    return origin.startsWith('Debian') ? [{ uri, suite }] : [];
  });
  return rows.filter((row, index) => rows.findIndex((other) => other.uri === row.uri && other.suite === row.suite) === index);
}

/** Gives what a command printed, or nothing when it failed or is not there: that is what is being found out. */
async function outputOf(ctx: Context, argv: readonly string[], purpose: string): Promise<string> {
  try {
    const { stdout } = await runHostCommand(ctx, argv, { purpose, timeoutMs: lookTimeoutMs, okExitCodes: [0, 1] });
    return stdout;
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!(error instanceof RaidlabError)) throw error;
    return '';
  }
}

async function readIfThere(hostPath: string): Promise<string> {
  return readFile(hostPath, 'utf8').catch(() => '');
}

async function mayAccess(hostPath: string, mode: number): Promise<boolean> {
  return access(hostPath, mode).then(
    () => true,
    () => false,
  );
}
