import { isCleanScrub, scrubErrorCount } from '../btrfs/scrub-report.ts';
import type { ScrubRun } from '../btrfs/scrub-report.ts';
import type { ScrubResult } from '../btrfs/scrub-start.ts';
import type { Check } from '../verdict/verdict.ts';

/**
 * Judges a scrub by its summary: its exit code is 0 even when it found errors. It must have begun on all members, as far as the tool says
 * (btrfs-progs 6.2 does not name the devids; a missing member makes the scrub `aborted` there too).
 */
export function judgeScrub(scrub: ScrubResult, members: number): Check {
  return judge(scrub, members, { name: 'scrub', claim: 'A scrub of every member finishes and finds no error' }, isCleanScrub);
}

/** Judges a scrub meant to repair: it must finish on all members and leave nothing uncorrected. What it corrected is not a finding. */
export function judgeMendingScrub(scrub: ScrubResult, members: number): Check {
  const asked = { name: 'mending-scrub', claim: 'A scrub of every member finishes and corrects whatever it finds' };
  return judge(scrub, members, asked, ({ state, memoryAllocationFailed, errors }) => {
    const left = errors.uncorrectable + errors.unverified;
    return state === 'finished' && !memoryAllocationFailed && left === 0;
  });
}

function judge(
  { report, done, startedDevids }: ScrubResult,
  members: number,
  asked: Pick<Check, 'name' | 'claim'>,
  isGood: (report: ScrubRun) => boolean,
): Check {
  if (report.state === 'never') return { ...asked, outcome: 'broken', evidence: ['it never ran'] };
  const scope =
    startedDevids.length === 0 ? `${String(members)} members` : `devid ${startedDevids.join(', ')} of ${String(members)} members`;
  const held = done && isGood(report) && [0, members].includes(startedDevids.length);
  return { ...asked, outcome: held ? 'held' : 'broken', evidence: describeScrub(report, scope) };
}

function describeScrub(report: ScrubRun, scope: string): readonly string[] {
  const { state, errors } = report;
  if (scrubErrorCount(report) === 0) return [`${state}, no errors found; ${scope}`];
  return [
    `${state}; read ${String(errors.read)}, super ${String(errors.super)}, verify ${String(errors.verify)}, csum ${String(errors.csum)} errors`,
    `corrected ${String(errors.corrected)}, uncorrectable ${String(errors.uncorrectable)}, unverified ${String(errors.unverified)}; ${scope}`,
  ];
}
