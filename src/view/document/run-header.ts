import type { DrillOutcome } from '../../report/drill/drill-outcome.ts';
import { isSuccess, outcomeStyles, outcomeWords, wordOfOutcome } from '../../report/drill/outcome-word.ts';
import type { RunResult } from '../../report/drill/result.ts';
import { runFacts } from '../../report/formats/outcome-text.ts';
import { formatDuration } from '../../report/text/format-duration.ts';
import { element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import { outcomeBadge } from '../parts/outcome-badge.ts';
import { factList } from './fact-list.ts';

/** Gives the head of a report: what the run came to, when it was, what it ran on, how to do it again. */
export function runHeader(result: RunResult): Content {
  const { drills, run, startedAt, durationMs, repeat } = result;
  const [only] = drills;
  const isOne = drills.length === 1 && only !== undefined;
  return element(
    'header',
    { class: `run is-${toneOf(drills)}` },
    element('p', { class: 'kicker' }, 'raidlab · ', run === '' ? 'a run' : run),
    element('h1', null, isOne ? [outcomeBadge(wordOfOutcome(only)), ' ', element('span', { class: 'job' }, only.job)] : counts(drills)),
    element('p', { class: 'lead' }, isOne ? only.promise : `${String(drills.length)} drills`),
    factList([
      ['begun', startedAt === '' ? null : startedAt.replace('T', ' ').replace(/\.\d+Z$/u, ' UTC')],
      ['took', durationMs === null ? null : formatDuration(durationMs)],
      ['exit code', result.exitCode === null ? null : String(result.exitCode)],
      ['again', repeat === '' ? null : repeat],
    ]),
  );
}

/** The tone of the whole: that of the drill that somebody has to look at first. */
function toneOf(drills: readonly DrillOutcome[]): string {
  const words = drills.map(wordOfOutcome);
  const worst = (['broken', 'surprise', 'crashed', 'failed', 'inconclusive', 'interrupted'] as const).find((word) => words.includes(word));
  if (worst !== undefined) return outcomeStyles[worst].tone;
  return words.some((word) => isSuccess(word)) ? 'good' : 'quiet';
}

function counts(drills: readonly DrillOutcome[]): Content {
  if (drills.length === 0) return 'No drill was planned';
  return outcomeWords.flatMap((word) => {
    const count = drills.filter((drill) => wordOfOutcome(drill) === word).length;
    if (count === 0) return [];
    const { mark, tone } = outcomeStyles[word];
    return [
      element(
        'span',
        { class: `badge ${tone}` },
        element('span', { class: 'mark', 'aria-hidden': 'true' }, mark),
        ` ${String(count)} ${word}`,
      ),
      ' ',
    ];
  });
}

/** Gives what a run ran on: versions and images, and what was found out about the host. */
export function runFootnotes(result: RunResult): Content {
  const factor: readonly (readonly [string, string])[] = result.timeFactor === 1 ? [] : [['time factor', String(result.timeFactor)]];
  return element(
    'section',
    { class: 'footnotes' },
    element('h2', null, 'What it ran on'),
    factList([...runFacts(result).map(([name, value]) => [inWords(name), value] as const), ['node', result.versions.node], ...factor]),
  );
}

/** Names of facts are those of JUnit's properties; names of images have hyphens of their own. */
function inWords(name: string): string {
  return /^[a-z]+-[a-z]+$/u.test(name) ? name.replace('-', ' ') : name;
}
