import { isCleanScrub, scrubErrorCount } from '../btrfs/scrub-report.ts';
import type { ScrubResult } from '../btrfs/scrub-start.ts';
import type { Check } from '../verdict.ts';

/**
 * Judges a scrub by its summary: its exit code is 0 even when it found errors. It must have begun on every member, as far as
 * the tool says (btrfs-progs 6.2 does not name the devids; a missing member makes the scrub `aborted` there too).
 */
export function judgeScrub(scrub: ScrubResult, members: number): Check {
  const claim = 'A scrub of every member finishes and finds no error';
  const { report, startedDevids } = scrub;
  const scope =
    startedDevids.length === 0 ? `${String(members)} members` : `devid ${startedDevids.join(', ')} of ${String(members)} members`;
  if (report.state === 'never') return { name: 'scrub', claim, outcome: 'broken', evidence: ['it never ran'] };
  const { errors } = report;
  const found = scrubErrorCount(report);
  const evidence =
    found === 0
      ? [`${report.state}, no errors found; ${scope}`]
      : [
          `${report.state}; read ${String(errors.read)}, super ${String(errors.super)}, verify ${String(errors.verify)}, csum ${String(errors.csum)} errors`,
          `corrected ${String(errors.corrected)}, uncorrectable ${String(errors.uncorrectable)}, unverified ${String(errors.unverified)}; ${scope}`,
        ];
  const held = scrub.done && isCleanScrub(report) && [0, members].includes(startedDevids.length);
  return { name: 'scrub', claim, outcome: held ? 'held' : 'broken', evidence };
}
