import { constants } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { DirectoryFacts, HostFacts } from '../../core/host/doctor.ts';
import type { ProgramRequirement } from '../../core/host/requirements.ts';
import { listEntries } from '../cache/entries.ts';
import type { CacheStore } from '../cache/store.ts';
import type { Context } from '../context.ts';
import { outputOf } from './host-look.ts';
import { findAptMirrors } from './host-mirrors.ts';
import { observeNeeds } from './host-needs.ts';
import type { HostView } from './host-needs.ts';
import { hasNetwork } from './host-network.ts';
import { readAvailableMemory } from './host-room.ts';
import { mayAccess } from '../files/file-access.ts';

/** Observes the host: its required parts, and space, memory, mirror. Needs no root. */
export async function observeHost(ctx: Context, view: HostView): Promise<HostFacts> {
  const [needs, versions, cache, runtime, memoryAvailableBytes, mirrors] = await Promise.all([
    observeNeeds(ctx, view),
    readPackageVersions(ctx, view.requirements.programs),
    lookAtCache(ctx, view.store),
    lookAtDirectory(view.store.runtimeHostPath),
    readAvailableMemory(),
    findAptMirrors(ctx, view.mirror),
  ]);
  return {
    ...needs,
    programs: withPackageVersions(needs.programs, view.requirements.programs, versions),
    cache,
    runtime,
    memoryAvailableBytes,
    cores: availableParallelism(),
    hasNetwork: hasNetwork(),
    mirrors,
  };
}

/** If a program was not asked itself, the version of its Debian package tells its age. */
function withPackageVersions(
  found: HostFacts['programs'],
  requirements: readonly ProgramRequirement[],
  versions: ReadonlyMap<string, string>,
): HostFacts['programs'] {
  return Object.fromEntries(
    requirements.map((requirement) => {
      const { hostPath, version } = found[requirement.program] ?? { hostPath: null, version: null };
      const wasAsked = hostPath === null || requirement.atLeast !== undefined;
      return [requirement.program, { hostPath, version: wasAsked ? version : (versions.get(requirement.package) ?? null) }];
    }),
  );
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

/** Looks at a directory that may not exist yet: then its nearest ancestor counts. */
async function lookAtDirectory(hostPath: string): Promise<DirectoryFacts> {
  let existing = hostPath;
  while (!(await mayAccess(existing)) && dirname(existing) !== existing) existing = dirname(existing);
  const isWritable = (await mayAccess(existing, constants.W_OK | constants.X_OK)) && (await mayAccess(join(existing, '.')));
  try {
    const { bavail, bsize } = await statfs(existing);
    return { hostPath, isWritable, freeBytes: bavail * bsize };
  } catch {
    return { hostPath, isWritable, freeBytes: null };
  }
}
