import { describeAlarm } from '../../core/alarm/alarm-outcome.ts';
import { formatSize } from '../../core/text/size.ts';
import type { DrillOutcome } from '../../report/drill/drill-outcome.ts';
import { formatExpected, sourceOf } from '../../report/drill/expectation-lines.ts';
import { wordOfOutcome } from '../../report/drill/outcome-word.ts';
import type { RunFailure } from '../../report/drill/result.ts';
import { formatDuration } from '../../report/text/format-duration.ts';
import { lanesOf } from '../model/lanes.ts';
import { stepSpans } from '../model/step-spans.ts';
import type { TimedEvent } from '../model/timed-event.ts';
import { apart, element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import { outcomeBadge } from '../parts/outcome-badge.ts';
import { checkList } from './check-list.ts';
import { chunksFigure } from './chunks-figure.ts';
import { factList } from './fact-list.ts';
import { lanesFigure } from './lanes-figure.ts';
import { lessonsOf } from './lessons.ts';
import { stepTable } from './step-table.ts';
import { consoleList, failureList, troubleList } from './trouble-list.ts';

/** A drill of a run, as far as it came. */
export interface DrillFacts {
  readonly outcome: DrillOutcome;
  readonly failures: readonly RunFailure[];
  readonly events: readonly TimedEvent[];
  /** The job of its twin, or of the drill that it is the twin of, where the run has that too. */
  readonly other: string | null;
}

/** Gives all that is plain about a drill: what it came to, why, when. Of many each is folded away; of one, the head of the report has its title. */
export function drillSection(facts: DrillFacts, isOnlyOne: boolean): Content {
  const { job, promise, isTwin } = facts.outcome;
  const body = drillBody(facts);
  const title = drillTitle(facts.outcome);
  if (!isOnlyOne) {
    return element(
      'details',
      { class: 'drill', id: job, 'data-job': job, 'data-other': facts.other ?? undefined, 'data-is-twin': isTwin ? '' : undefined },
      element('summary', null, element('h2', null, title)),
      element('blockquote', { class: 'promise' }, promise),
      body,
    );
  }
  return element(
    'section',
    { class: 'drill', id: job, 'data-job': job, 'aria-label': job },
    element('h2', { class: 'for-ears' }, 'What happened'),
    body,
  );
}

function drillTitle(outcome: DrillOutcome): Content {
  const { job, durationMs, isTwin } = outcome;
  return [
    outcomeBadge(wordOfOutcome(outcome)),
    ' ',
    element('span', { class: 'job' }, job),
    isTwin ? [apart, element('span', { class: 'tag' }, 'twin')] : null,
    durationMs === null ? null : element('span', { class: 'time quiet' }, ` ${formatDuration(durationMs)}`),
  ];
}

function drillBody({ outcome, failures, events, other }: DrillFacts): Content {
  const { job, summary, checks } = outcome;
  return element(
    'div',
    { class: 'drill-body' },
    element('p', { class: 'summary' }, summary ?? whyWithoutVerdict(outcome)),
    expectation(outcome),
    alarmLine(outcome),
    failureList(failures),
    pictures(job, events),
    element(
      'div',
      { class: 'columns' },
      element('section', null, element('h3', null, 'What was checked'), checkList(checks)),
      element('section', null, element('h3', null, 'What was done'), stepTable(job, stepSpans(events), lessonsOf(events))),
    ),
    troubleList(outcome),
    consoleList(outcome.consoles),
    drillFactList(outcome),
    other === null
      ? null
      : element('p', { class: 'other' }, outcome.isTwin ? 'The drill itself: ' : 'Its twin: ', element('a', { href: `#${other}` }, other)),
    element(
      'div',
      { class: 'trace', 'data-trace': job },
      element(
        'p',
        { class: 'quiet' },
        'The trace (every command with its output, the chunk map, the twin beside it) opens with scripts switched on.',
      ),
    ),
  );
}

/** Events that a later raidlab tells in another way may not be drawn; that takes nothing from the rest. */
function pictures(job: string, events: DrillFacts['events']): Content {
  try {
    const lanes = lanesOf(events);
    return [lanesFigure(job, lanes), chunksFigure(job, events, lanes)];
  } catch (error) {
    return element('p', { class: 'notice' }, `Lanes and chunk map cannot be drawn from these events: ${String(error)}`);
  }
}

/** A drill without a verdict says why, in plain words. */
function whyWithoutVerdict(outcome: DrillOutcome): string {
  switch (wordOfOutcome(outcome)) {
    case 'not begun':
      return 'It was not begun: the run ended before.';
    case 'interrupted':
      return outcome.exitCode === null
        ? 'It has no end: the run was killed in it, or is not over. What is here is what was written until then.'
        : 'It was interrupted before there was a verdict.';
    default:
      return 'It ended before there was a verdict: see the failure.';
  }
}

function expectation({ expectation: expected, surprises }: DrillOutcome): Content {
  if (expected === null) return null;
  return element(
    'div',
    { class: `expectation ${surprises !== null && surprises.length > 0 ? 'bad' : 'quiet'}` },
    element(
      'p',
      null,
      element('b', null, 'Expected: '),
      formatExpected(expected),
      '. ',
      expected.because,
      ' ',
      element('span', { class: 'source' }, `(${sourceOf(expected)})`),
    ),
    (surprises ?? []).map((surprise) => element('p', { class: 'bad' }, surprise)),
  );
}

/** Whether a person's monitoring would have told them: a silent one is a finding about it. */
function alarmLine({ alarm }: DrillOutcome): Content {
  if (alarm === null) return null;
  const hasTold = alarm.firstRang !== null && alarm.rangBefore === null;
  return element(
    'p',
    { class: hasTold ? 'quiet' : 'bad' },
    element('b', null, 'Alarm '),
    element('code', null, alarm.command),
    ` ${describeAlarm(alarm)}`,
  );
}

function drillFactList({ layout, payloadBytes, seed, kernel, tools, tags, skippedSteps, startedAt }: DrillOutcome): Content {
  return factList([
    ['layout', layout],
    ['payload', formatSize(payloadBytes)],
    ['kernel', kernel],
    ['tools', tools],
    ['tags', tags.join(', ')],
    ['seed', seed],
    ['begun', startedAt === null ? null : startedAt.replace('T', ' ').replace(/\.\d+Z$/u, ' UTC')],
    ['left out', skippedSteps.length === 0 ? null : skippedSteps.join(', ')],
  ]);
}
