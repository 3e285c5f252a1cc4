import type { ArchivedResult } from '../../core/campaign/archived-result.ts';
import type { AttemptEnd, JobState, MatrixProgress } from '../../core/campaign/matrix/attempts.ts';
import type { MatrixJob } from '../../core/campaign/matrix/matrix.ts';
import { predictDuration } from '../../core/campaign/predict-duration.ts';
import { formatDuration } from '../text/format-duration.ts';
import { blank, labelled, line, span } from '../text/line.ts';
import type { Line, Tone } from '../text/line.ts';
import { cell } from './result-table.ts';
import type { ResultTable } from './result-table.ts';

const ends: Readonly<Record<AttemptEnd, { readonly mark: string; readonly tone: Tone; readonly means: string }>> = {
  good: { mark: '✓', tone: 'good', means: 'good' },
  bad: { mark: '✗', tone: 'bad', means: 'bad' },
  unclear: { mark: '?', tone: 'doubtful', means: 'unclear' },
  machine: { mark: '!', tone: 'doubtful', means: 'the machine failed' },
  skipped: { mark: '-', tone: 'quiet', means: 'skipped' },
  interrupted: { mark: '-', tone: 'doubtful', means: 'interrupted' },
  lost: { mark: '-', tone: 'doubtful', means: 'lost' },
};

/** Says what a job came to, in a line; for what is no success, why. */
export function endedLines(job: MatrixJob, end: AttemptEnd, result: ArchivedResult | null, progress: MatrixProgress): readonly Line[] {
  const { mark, tone, means } = ends[end];
  const took = result === null ? '' : formatDuration(result.durationMs);
  const known = result?.isKnown === true && end === 'bad' ? ', known' : '';
  const head = line(0, [
    span(`${mark} ${`${means}${known}`.padEnd(12)} `, tone),
    span(`${took.padStart(11)}  `),
    span(nameOfJob(job), 'strong'),
    span(`  ${progressText(progress)}`, 'quiet'),
  ]);
  const isQuiet = end === 'good' || end === 'skipped' || result === null || result.summary === '';
  return isQuiet
    ? [head]
    : [head, line(4, [span(result.summary, 'quiet')]), line(4, [span(`evidence  ${result.directory ?? result.run}`, 'quiet')])];
}

/** Says how far a matrix is: `12 of 96, about 1 h 10 min left`. */
export function progressText({ jobs, done, leftMs }: MatrixProgress): string {
  return `${String(done)} of ${String(jobs)}${done === jobs ? '' : `, about ${formatDuration(leftMs)} left`}`;
}

/** Says what goes on, for the live region of a terminal. */
export function runningLines(running: readonly MatrixJob[], progress: MatrixProgress): readonly Line[] {
  return [line(0, [span('… ', 'quiet'), span(running.map(nameOfJob).join(', ')), span(`  ${progressText(progress)}`, 'quiet')])];
}

function nameOfJob({ drill, isTwin, kernel, tools, layout, seed, round }: MatrixJob): string {
  const more = [
    ...(tools === null ? [] : [`tools of ${tools}`]),
    ...(layout === null ? [] : [layout]),
    ...(seed === '1' ? [] : [`seed ${seed}`]),
    `round ${String(round)}`,
  ];
  return `${drill}${isTwin ? ' (twin)' : ''} on ${kernel}, ${more.join(', ')}`;
}

/** Gives what a matrix would run, by kernel, tools and layout. */
export function matrixPlanTable(name: string, states: readonly JobState[], progress: MatrixProgress): ResultTable {
  const rows = [...Map.groupBy(states, ({ job: { kernel, tools, layout } }) => JSON.stringify([kernel, tools, layout])).values()].map(
    (those) => {
      const open = those.filter(({ end }) => end === null);
      const { kernel, tools, layout } = those[0]?.job ?? { kernel: '', tools: null, layout: null };
      const predictedMs = open.reduce((sum, { job }) => sum + predictDuration(job), 0);
      const words = [cell(kernel, 'strong'), cell(tools ?? 'default', 'quiet'), cell(layout ?? 'own', 'quiet')];
      return [...words, cell(String(those.length)), cell(String(those.length - open.length)), cell(formatDuration(predictedMs))];
    },
  );
  return {
    title: `${name}: ${String(progress.jobs)} jobs, ${String(progress.done)} done, about ${formatDuration(progress.leftMs)} left`,
    columns: [
      { name: 'kernel' },
      { name: 'tools' },
      { name: 'layout' },
      { name: 'jobs', align: 'right' },
      { name: 'done', align: 'right' },
      { name: 'predicted', align: 'right' },
    ],
    rows,
    empty: 'It has no jobs.',
    notes: [
      'Predicted is the time one by one, on a machine like the one on which this project measured it; what was run here corrects what is left. Images that are missing are built besides.',
    ],
  };
}

/** Gives the end of a matrix: how many came to what, and every attempt that said nothing. */
export function matrixEndLines(states: readonly JobState[]): readonly Line[] {
  const counts = new Map<string, number>();
  for (const { end } of states) counts.set(end ?? 'not run', (counts.get(end ?? 'not run') ?? 0) + 1);
  const attempts = states.flatMap((state) => state.attempts);
  const idle = (['machine', 'lost', 'interrupted'] as const).flatMap((end) => {
    const count = attempts.filter((attempt) => attempt.end === end).length;
    return count === 0
      ? []
      : [
          `${String(count)} ${end === 'machine' ? 'failed for the machine’s sake' : end === 'lost' ? 'lost, their process was killed' : end}`,
        ];
  });
  return [
    blank,
    line(0, [span('Summary', 'strong')]),
    labelled(
      'jobs',
      [...counts].map(([end, count]) => `${String(count)} ${end === 'machine' ? 'given up, the machine failed' : end}`).join(', '),
    ),
    labelled('attempts', `${String(attempts.length)}${idle.length === 0 ? '' : `, of them ${idle.join(', ')}`}`),
    blank,
  ];
}
