import { describeAlarm } from '../../core/alarm/alarm-outcome.ts';
import type { Expectation } from '../../core/verdict/expectation.ts';
import { isCrash } from '../../core/kernel/trouble.ts';
import type { DrillOutcome } from './drill-outcome.ts';
import { checkLines, troubleLines } from './evidence-lines.ts';
import { expectationLines } from './expectation-lines.ts';
import { formatDuration } from '../text/format-duration.ts';
import { labelled, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { isSuccess, outcomeStyles, wordOfOutcome } from './outcome-word.ts';
import type { RunFailure } from './result.ts';

/** What is told of a drill that is over, beside what it came to. */
export interface DrillLinesFacts {
  readonly outcome: DrillOutcome;
  /** Its failures, which say why it has no verdict or could not be judged. */
  readonly failures: readonly RunFailure[];
  /** Where its evidence is, as it is shown. */
  readonly folder: string;
  /** Shows all evidence, also of what held. */
  readonly verbose: boolean;
}

/** The column of the names: mark, the longest word of an outcome and a duration stand before them. */
const nameColumn = 27;

/** Gives a drill that is over: a line, and where it did not hold what was seen and where the evidence is. */
export function drillLines({ outcome, failures, folder, verbose }: DrillLinesFacts): readonly Line[] {
  const word = wordOfOutcome(outcome);
  const { mark, tone } = outcomeStyles[word];
  const time = outcome.durationMs === null ? '' : formatDuration(outcome.durationMs);
  const shownBefore = [span(`${mark} ${word.padEnd(12)}`, tone), span(` ${time.padStart(10)}  `, 'quiet')];
  const first = line(0, [...shownBefore, span(outcome.job, 'strong')], nameColumn);
  const toldChecks = outcome.checks.filter((check) => verbose || (check.outcome !== 'held' && !isSuccess(word)));
  const evidence = toldChecks.flatMap((check) => checkLines(check, verbose));
  const alarm = outcome.alarm === null ? [] : [labelled('alarm', describeAlarm(outcome.alarm))];
  if (isSuccess(word))
    return [first, ...alarm, ...(outcome.expectation === null ? [] : [expectedLine(outcome, outcome.expectation)]), ...evidence];
  // There is no evidence of what was not run.
  if (word === 'skipped') return [first, ...(outcome.summary === null ? [] : [line(2, outcome.summary)])];
  const crash = word === 'crashed' ? outcome.kernelTrouble.findLast(isCrash) : undefined;
  const why = [outcome.summary, ...failures.map((failure) => failure.what)].filter((text) => text !== null);
  return [
    first,
    ...why.map((text) => line(2, text)),
    ...expectationLines(outcome),
    ...alarm,
    // The kernel's own words are in the folder; its trace would bury the other drills.
    ...(crash === undefined ? [] : troubleLines(verbose ? crash : { ...crash, transcript: [] })),
    ...evidence,
    labelled('evidence', folder),
  ];
}

/** What came as it had to is reported in a line: nobody has to look at it. */
function expectedLine({ verdict }: DrillOutcome, { verdict: expected, because, source }: Expectation): Line {
  const said = `expected ${expected}, was ${verdict ?? 'nothing'}: ${because}${source === null ? '' : ` (${source})`}`;
  return line(2, [span(said, 'quiet')]);
}
