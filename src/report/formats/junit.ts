import { describeAlarm } from '../../core/alarm/alarm-outcome.ts';
import { describeExposure } from '../../core/exposure/describe-exposure.ts';
import { harmlessText } from '../../core/text/harmless-text.ts';
import type { DrillOutcome } from '../drill/drill-outcome.ts';
import { formatExpected } from '../drill/expectation-lines.ts';
import { consoleText, evidenceText, expectationText, runFacts, summaryOf } from './outcome-text.ts';
import { wordOfOutcome } from '../drill/outcome-word.ts';
import type { RunResult } from '../drill/result.ts';

/**
 * Gives a run as JUnit XML: a suite for the run, a case for each drill, classified by its kernel and tools.
 *
 * `broken` and a surprise are failures, with the evidence and what was expected; `inconclusive`, `crashed` and what could not
 * begin are errors, with the end of the console; what was skipped or never began is skipped, and says why. What came as
 * expected passes, and says in its output what that was. There is no standard: the elements are those that the schema of Jenkins' xUnit
 * plugin (junit-10.xsd) knows, in which properties belong to the suite.
 */
export function formatJunit(result: RunResult): string {
  const { drills } = result;
  const counts = {
    tests: String(drills.length),
    failures: String(drills.filter((drill) => elementOf(drill) === 'failure').length),
    errors: String(drills.filter((drill) => elementOf(drill) === 'error').length),
    time: seconds(result.durationMs),
  };
  const skipped = String(drills.filter((drill) => elementOf(drill) === 'skipped').length);
  // ISO 8601 without a zone is what the schemas have; it is UTC.
  const suite = { name: result.run, ...counts, skipped, timestamp: result.startedAt.replace(/\..*$/u, '') };
  const properties = [
    ['seed', drills[0]?.seed ?? ''] as const,
    ['repeat', result.repeat] as const,
    ...runFacts(result),
    ...drills.flatMap(({ job, exposure }) => (exposure === null ? [] : [[`exposed, ${job}`, describeExposure(exposure)] as const])),
    ...drills.flatMap(({ job, alarm }) => (alarm === null ? [] : [[`alarm, ${job}`, describeAlarm(alarm)] as const])),
    ...drills.flatMap(({ job, expectation }) =>
      expectation === null ? [] : [[`expected of ${job}`, formatExpected(expectation)] as const],
    ),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
${element('testsuites', { name: 'raidlab', ...counts }, [
  element('testsuite', suite, [
    element(
      'properties',
      {},
      properties.map(([name, value]) => element('property', { name, value }, [])),
    ),
    ...drills.map((drill) => formatCase(result, drill)),
  ]),
])}
`;
}

function formatCase(result: RunResult, outcome: DrillOutcome): string {
  const kind = elementOf(outcome);
  const attributes = { name: outcome.job, classname: `${outcome.kernel}/${outcome.tools}`, time: seconds(outcome.durationMs) };
  if (kind === undefined) return element('testcase', attributes, outputOf(expectationText(outcome)));
  const word = wordOfOutcome(outcome);
  if (kind === 'skipped') return element('testcase', attributes, [element(kind, { message: summaryOf(result, outcome) }, [])]);
  const why = element(kind, { type: word, message: summaryOf(result, outcome) }, [escapeXml(evidenceText(result, outcome))]);
  return element('testcase', attributes, [why, ...outputOf(consoleText(outcome))]);
}

function outputOf(text: string): readonly string[] {
  return text === '' ? [] : [element('system-out', {}, [escapeXml(text)])];
}

/** Gives the element that says what a drill came to; undefined when it held. */
function elementOf(outcome: DrillOutcome): 'failure' | 'error' | 'skipped' | undefined {
  switch (wordOfOutcome(outcome)) {
    case 'held':
    case 'as expected':
      return undefined;
    case 'broken':
    case 'surprise':
      return 'failure';
    case 'skipped':
    case 'not begun':
      return 'skipped';
    case 'inconclusive':
    case 'crashed':
    case 'failed':
    case 'interrupted':
      return 'error';
  }
}

function element(name: string, attributes: Readonly<Record<string, string>>, content: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value).replaceAll('\n', '&#10;')}"`);
  const open = `<${name}${written.join('')}`;
  if (content.length === 0) return `${open}/>`;
  const isText = content.every((part) => !part.startsWith('<'));
  return isText ? `${open}>${content.join('')}</${name}>` : `${open}>\n${content.join('\n')}\n</${name}>`;
}

/** Escapes text for XML 1.0; what it cannot have at all is none of a harmless text. Source: XML 1.0, 2.2. */
function escapeXml(text: string): string {
  return harmlessText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function seconds(durationMs: number | null): string {
  return ((durationMs ?? 0) / 1000).toFixed(3);
}
