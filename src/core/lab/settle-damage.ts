import type { ScrubRecord } from '../btrfs/scrub-record.ts';
import { corruptedBytes } from '../fault/fault.ts';
import type { LabDamage } from './lab-state.ts';

/** A damaged disk as it is now. */
export interface SeenDisk {
  /** See `parseDiskLabel`. */
  readonly label: string | null;
  /** The last scrub of its device; null when it had none, is not a device of a mounted array, or nobody could look. */
  readonly lastScrub: ScrubRecord | null;
}

/** Tells whether header bytes are still as the damage left them: wiped, or corrupted. */
export function looksDamaged(bytes: Uint8Array): boolean {
  return [0, ...corruptedBytes].some((left) => bytes.every((byte) => byte === left));
}

/**
 * Gives what is left of damage whose `header` has the places that still look damaged; null when nothing is left: the disk was rewritten,
 * or its header is restored and a scrub has checked the rest and found nothing. A scrub that found something proves nothing yet, even if
 * it says that it corrected it: since Linux 6.4 a read-only one says the same, and changes nothing.
 */
export function settleDamage(damage: LabDamage, seen: SeenDisk): LabDamage | null {
  if (damage.label !== undefined && seen.label !== null && seen.label !== damage.label) return null;
  const found = damage.data ? judgeScrub(damage, seen.lastScrub) : 'nothing';
  const data = found !== 'nothing';
  if (damage.header.length === 0 && !data) return null;
  return { ...damage, data, open: found === 'none' ? damage.open : found === 'nothing' ? null : found };
}

/** What the last scrub says about damage: `none` when it did not check it. */
function judgeScrub(damage: LabDamage, scrub: ScrubRecord | null): 'none' | 'nothing' | NonNullable<LabDamage['open']> {
  if (scrub?.isFinished !== true || !isLater(scrub, damage)) return 'none';
  const { found, corrected, uncorrectable, withoutChecksum, isIncomplete } = scrub;
  if (uncorrectable > 0 || corrected < found || isIncomplete) return 'uncorrected';
  if (found > 0) return 'corrected';
  return withoutChecksum > 0 ? 'unchecked' : 'nothing';
}

/** The guest's clock may be behind the host's, so it is used only if nobody knows which scrub was the last one before. */
function isLater({ startedAtSeconds }: ScrubRecord, { lastScrubAtSeconds, at }: LabDamage): boolean {
  if (lastScrubAtSeconds === undefined) return startedAtSeconds * 1000 >= Date.parse(at);
  return lastScrubAtSeconds === null || startedAtSeconds > lastScrubAtSeconds;
}
