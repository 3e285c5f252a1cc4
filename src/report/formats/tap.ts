import { harmlessJson, harmlessPiece } from '../../core/text/harmless-text.ts';
import type { DrillOutcome } from '../drill/drill-outcome.ts';
import { formatExpected, sourceOf } from '../drill/expectation-lines.ts';
import { consoleText, evidenceText, folderOf, runFacts, summaryOf } from './outcome-text.ts';
import { isSuccess, wordOfOutcome } from '../drill/outcome-word.ts';
import type { RunResult } from '../drill/result.ts';

/**
 * Gives a run as TAP version 14: a test point for each drill, with a YAML block that says what was seen.
 *
 * A run that ended before all of its drills were over bails out. Source: testanything.org, TAP version 14 specification.
 */
export function formatTap(result: RunResult): string {
  const { drills } = result;
  const over = drills.filter((drill) => drill.exitCode !== null);
  const ownFailure = result.failures.find((failure) => failure.job === undefined);
  return [
    'TAP version 14',
    `1..${String(drills.length)}`,
    ...runFacts(result).map(([name, value]) => `# ${name}: ${oneLine(value)}`),
    // Numbers are places in the plan: unfinished drills leave a gap before the bail-out.
    ...drills.flatMap((drill, index) => (over.includes(drill) ? testPoint(result, drill, index + 1) : [])),
    ...(over.length === drills.length ? [] : [`Bail out! ${oneLine(ownFailure?.what ?? 'The run was cut off.')}`]),
    '',
  ].join('\n');
}

function testPoint(result: RunResult, outcome: DrillOutcome, number: number): readonly string[] {
  const word = wordOfOutcome(outcome);
  const isOk = isSuccess(word) || word === 'skipped';
  const console = consoleText(outcome);
  const facts: Readonly<Record<string, unknown>> = {
    outcome: word,
    message: summaryOf(result, outcome),
    duration_ms: Math.round(outcome.durationMs ?? 0),
    drill: outcome.drill,
    twin: outcome.isTwin,
    ...expectedFacts(outcome),
    seed: outcome.seed,
    kernel: outcome.kernel,
    tools: outcome.tools,
    layout: outcome.layout,
    ...(outcome.skippedSteps.length === 0 ? {} : { skipped_steps: outcome.skippedSteps }),
    ...(isOk ? {} : { seen: evidenceText(result, outcome).split('\n'), folder: folderOf(result, outcome) }),
    ...(isOk || console === '' ? {} : { console: console.split('\n') }),
  };
  const directive = word === 'skipped' ? ` # SKIP ${escapeDescription(summaryOf(result, outcome))}` : '';
  return [`${isOk ? 'ok' : 'not ok'} ${String(number)} - ${escapeDescription(outcome.job)}${directive}`, ...yamlBlock(facts)];
}

function expectedFacts({ expectation, surprises }: DrillOutcome): Readonly<Record<string, unknown>> {
  if (expectation === null || surprises === null) return {};
  const expected = { expected: formatExpected(expectation), because: expectation.because, source: sourceOf(expectation) };
  return surprises.length === 0 ? expected : { ...expected, surprises };
}

/** JSON is YAML: a value in JSON cannot be misread as something else. Source: YAML 1.2.2, 1.3. */
function yamlBlock(facts: Readonly<Record<string, unknown>>): readonly string[] {
  const rows = Object.entries(facts).flatMap(([name, value]) =>
    Array.isArray(value) ? [`${name}:`, ...value.map((each) => `  - ${harmlessJson(each)}`)] : [`${name}: ${harmlessJson(value)}`],
  );
  return ['---', ...rows, '...'].map((row) => `  ${row}`);
}

/** A number sign would begin a directive. */
function escapeDescription(text: string): string {
  return oneLine(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}

function oneLine(text: string): string {
  return harmlessPiece(text.replaceAll(/\s+/gu, ' ').trim());
}
