import { RaidlabError } from '../core/failure/failure.ts';
import type { ListedLab } from '../core/lab/lab-condition.ts';
import { describeLayout } from '../core/layout/layout.ts';
import { removeLeftovers } from '../machine/cache/leftovers.ts';
import type { CacheStore } from '../machine/cache/store.ts';
import type { Context } from '../machine/context.ts';
import { inspectLab } from './inspect-lab.ts';
import { forgetLab, listRegisteredLabs } from './place/lab-index.ts';
import type { LabPlace } from './place/lab-place.ts';
import { requireOwnPlace } from './place/own-place.ts';

/** Lists this user's labs that still exist, and those that cannot be read. */
export async function listLabs(indexHostPath: string): Promise<readonly ListedLab[]> {
  const listed: ListedLab[] = [];
  for (const place of await listRegisteredLabs(indexHostPath)) {
    const lab = await listLab(place);
    if (lab !== undefined) listed.push(lab);
  }
  return listed;
}

async function listLab(place: LabPlace): Promise<ListedLab | undefined> {
  const { name, hostPath } = place;
  try {
    await requireOwnPlace(place);
    const { state, condition } = await inspectLab(place);
    const { layout, kernel, sshPort } = state;
    return { name, hostPath, condition, trouble: null, layout: describeLayout(layout), kernel, sshPort };
  } catch (error) {
    if (!(error instanceof RaidlabError)) throw error;
    if (error.failure.reason === 'no-lab') return undefined;
    return { name, hostPath, condition: null, trouble: error.message, layout: null, kernel: null, sshPort: null };
  }
}

/** Forgets labs whose directories are gone, and removes what killed keepers left; gives the forgotten ones. */
export async function pruneLabs(ctx: Context, store: CacheStore, indexHostPath: string): Promise<readonly LabPlace[]> {
  const forgotten: LabPlace[] = [];
  for (const place of await listRegisteredLabs(indexHostPath)) {
    if ((await listLab(place)) !== undefined) continue;
    await forgetLab(indexHostPath, place);
    forgotten.push(place);
  }
  await removeLeftovers(ctx, store);
  return forgotten;
}
