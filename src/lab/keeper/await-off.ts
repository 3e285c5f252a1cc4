import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { lengthOfLimit } from '../../core/text/time-limit.ts';
import type { Context } from '../../machine/context.ts';
import { requireKeeper } from '../inspect-lab.ts';
import type { LabPlace } from '../place/lab-place.ts';

/** A keeper records how its machine ended, and ends, a moment after it. Milliseconds. */
const settleMs = 5000;
const lookMs = 20;

/**
 * Waits until it is recorded how a machine that has just gone went off. Rejects with `lab/not-on`, which says so; resolves when the lab
 * is on again, or being turned on.
 */
export async function awaitOff({ timeFactor }: Context, place: LabPlace): Promise<void> {
  const sinceMs = performance.now();
  const since = (await requireKeeper(place)).lab.condition;
  while (performance.now() - sinceMs < lengthOfLimit({ usualMs: settleMs, factor: timeFactor.value() })) {
    await delay(lookMs);
    const { lab } = await requireKeeper(place);
    if (JSON.stringify(lab.condition) !== JSON.stringify(since)) return;
  }
}
