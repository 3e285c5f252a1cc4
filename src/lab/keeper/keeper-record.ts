import { readFile, rm } from 'node:fs/promises';
import { fields, text, tryJson } from '../../core/parsing/json-shape.ts';
import type { Shape } from '../../core/parsing/json-shape.ts';
import { currentOwner, judgeOwner, ownerShape } from '../../machine/cache/owner.ts';
import type { Owner } from '../../machine/cache/owner.ts';
import { fileFailure } from '../../machine/cache/file-failure.ts';
import { replaceFile } from '../../machine/files/replace-file.ts';
import type { LabPlace } from '../place/lab-place.ts';

/** The process that keeps a lab on, as recorded by itself. */
export interface KeeperRecord {
  readonly owner: Owner;
  readonly socketHostPath: string;
  readonly raidlabVersion: string;
}

const recordShape: Shape<KeeperRecord> = fields({ owner: ownerShape, socketHostPath: text, raidlabVersion: text });

/**
 * The state of a lab's last keeper: `none`: not recorded, or it ended in order; `dead`: killed, or the host was restarted since;
 * `elsewhere`: in another container or on another host, where we cannot see it.
 */
export type FoundKeeper =
  | { readonly is: 'none' }
  | { readonly is: 'alive'; readonly keeper: KeeperRecord }
  | { readonly is: 'dead'; readonly keeper: KeeperRecord; readonly hostRestarted: boolean }
  | { readonly is: 'elsewhere'; readonly keeper: KeeperRecord };

/** Looks for the keeper of a lab. An incomplete record counts as none: a keeper writes it by one rename. */
export async function findKeeper(place: LabPlace): Promise<FoundKeeper> {
  const keeper = tryJson(recordShape, await readFile(place.keeperHostPath, 'utf8').catch(() => ''));
  if (keeper === undefined) return { is: 'none' };
  const self = await currentOwner();
  switch (await judgeOwner(keeper.owner, self)) {
    case 'alive':
      return { is: 'alive', keeper };
    case 'dead':
      return { is: 'dead', keeper, hostRestarted: keeper.owner.bootId !== self.bootId };
    case 'unknown':
      return { is: 'elsewhere', keeper };
  }
}

/** Records this process as the lab's keeper. Rejects with `host/disk-full` or `host/not-writable`. */
export async function writeKeeperRecord(place: LabPlace, keeper: Omit<KeeperRecord, 'owner'>): Promise<void> {
  try {
    await replaceFile(place.keeperHostPath, `${JSON.stringify({ ...keeper, owner: await currentOwner() })}\n`);
  } catch (error) {
    throw fileFailure(error, { hostPath: place.hostPath, holds: `the lab ${place.name}`, doing: 'turning it on' });
  }
}

/** Removes the record of {@link writeKeeperRecord}. */
export async function removeKeeperRecord(place: LabPlace): Promise<void> {
  await rm(place.keeperHostPath, { force: true });
}
