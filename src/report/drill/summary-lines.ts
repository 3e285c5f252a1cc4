import { reportFileName } from '../report-file-name.ts';
import type { DrillOutcome } from './drill-outcome.ts';
import { formatDuration } from '../text/format-duration.ts';
import { labelled, labelledCommand, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { isSuccess, outcomeStyles, outcomeWords, wordOfOutcome } from './outcome-word.ts';
import type { OutcomeWord } from './outcome-word.ts';
import type { RunResult } from './result.ts';

/** What of a run is not in its result. */
export interface SummaryFacts {
  readonly durationMs: number;
  /** How many drills ran at once. */
  readonly limit: number;
  /** The folder of the run, as it is shown; null when there is none. */
  readonly folder: string | null;
}

/** Gives the end of a run of several drills: how many came to what, how long it took, where it is, how to repeat it. */
export function summaryLines({ drills, repeat }: RunResult, { durationMs, limit, folder }: SummaryFacts): readonly Line[] {
  const sumMs = drills.reduce((sum, drill) => sum + (drill.durationMs ?? 0), 0);
  return [
    line(0, [span('Summary', 'strong')]),
    ...outcomeWords.flatMap((word) => countLine(word, drills)),
    labelled('took', `${formatDuration(durationMs)}; the drills one by one ${formatDuration(sumMs)}, ${formatLimit(limit)}`),
    ...repeatedLines(drills),
    ...(folder === null ? [] : [labelled('report', `${folder}${reportFileName}`), labelled('evidence', folder)]),
    labelledCommand('again', repeat),
  ];
}

/** Says how many drills run at once. */
export function formatLimit(limit: number): string {
  return limit === 1 ? 'one at a time' : `${String(limit)} at once`;
}

function countLine(word: OutcomeWord, drills: readonly DrillOutcome[]): readonly Line[] {
  const those = drills.filter((drill) => wordOfOutcome(drill) === word);
  if (those.length === 0) return [];
  // Whoever reads only the end must find what to look at.
  const names = isSuccess(word) ? '' : `  ${those.map((drill) => drill.job).join(', ')}`;
  const { mark, tone } = outcomeStyles[word];
  return [line(2, [span(`${mark} ${word.padEnd(12)} `, tone), span(String(those.length).padStart(4), 'strong'), span(names, 'quiet')], 17)];
}

/** Gives a line for each drill, and for each twin, that was judged more than once: how long it took, from the fastest to the slowest. */
function repeatedLines(drills: readonly DrillOutcome[]): readonly Line[] {
  const judged = drills.filter(({ verdict }) => verdict !== null);
  const same = Map.groupBy(judged, ({ drill, isTwin }) => (isTwin ? `twin of ${drill}` : drill));
  return [...same].flatMap(([name, those]) => {
    if (those.length < 2) return [];
    const times = those.map(({ durationMs }) => durationMs ?? 0).sort((left, right) => left - right);
    const at = (share: number): string => formatDuration(times[Math.floor(share * (times.length - 1))] ?? 0);
    return [labelled('times', `${name}: ${at(0)} to ${at(1)}, median ${at(0.5)}`)];
  });
}
