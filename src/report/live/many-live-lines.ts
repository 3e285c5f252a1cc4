import { formatDuration } from '../text/format-duration.ts';
import { line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { formatPercent, spinnerAt } from './live-lines.ts';
import type { ManyState } from './many-state.ts';

/** How many drills are shown at once; a live region must stay below the height of a terminal. */
const drillsShown = 12;

/** Gives the lines that are alive now: how many drills are over, and what each that runs is at. Empty when none runs. */
export function manyLiveLines(state: ManyState, nowMs: number, unicode: boolean): readonly Line[] {
  const { running, ended, startedMs } = state;
  if (running.length === 0) return [];
  const shown = running.slice(0, drillsShown);
  const width = Math.max(...shown.map(({ job }) => job.length));
  const left = running.length - shown.length;
  const count = `${String(ended)} of ${String(state.result.drills.length)} over`;
  return [
    line(0, [
      span(`${spinnerAt(nowMs, unicode)} `, 'doubtful'),
      span(count, 'strong'),
      span(`  ${formatDuration(nowMs - startedMs)}`, 'quiet'),
    ]),
    ...shown.map(({ job, title, fraction, startedMs: beganMs }) => {
      const time = formatDuration(nowMs - beganMs).padStart(8);
      const percent = fraction === null ? '' : `  ${formatPercent(fraction)}`;
      return line(2, [span(job.padEnd(width)), span(`  ${time}  ${title}${percent}`, 'quiet')]);
    }),
    ...(left === 0 ? [] : [line(2, [span(`and ${String(left)} more`, 'quiet')])]),
  ];
}
