import { harmlessText } from '../../core/text/harmless-text.ts';
import { drillLines } from '../drill/drill-lines.ts';
import type { DrillOutcome } from '../drill/drill-outcome.ts';
import { expectationLines } from '../drill/expectation-lines.ts';
import { failureLines } from '../failure-lines.ts';
import { line } from '../text/line.ts';
import { wordOfOutcome } from '../drill/outcome-word.ts';
import { plainText } from '../text/plain-text.ts';
import type { RunFailure, RunResult } from '../drill/result.ts';

/** Gives the sentence that says what a drill came to: its summary, or why it has none. */
export function summaryOf(result: RunResult, outcome: DrillOutcome): string {
  return outcome.summary ?? failuresOf(result, outcome).at(-1)?.what ?? wordOfOutcome(outcome);
}

/** Gives everything about a drill that did not hold, as text: what was seen, what failed, where the evidence is. */
export function evidenceText(result: RunResult, outcome: DrillOutcome): string {
  const failures = failuresOf(result, outcome);
  // Its first line and its summary stand elsewhere in every format.
  const [, ...told] = drillLines({
    outcome: { ...outcome, summary: null },
    failures: [],
    folder: folderOf(result, outcome),
    verbose: false,
  });
  return plainText([...told, ...failures.flatMap((failure) => failureLines(failure))]);
}

/** Gives the last output of a drill's machines, as text; empty when there is none. */
export function consoleText({ consoles }: DrillOutcome): string {
  return consoles
    .map(({ machine, end, lines }) => `console of ${machine}${end === null ? '' : ` (${end})`}:\n${harmlessText(lines.join('\n'))}`)
    .join('\n\n');
}

/** Gives how a drill met its expectation, as text: what was seen, what was expected and who says so; empty where nothing but `held` was. */
export function expectationText(outcome: DrillOutcome): string {
  return outcome.expectation === null ? '' : plainText([line(0, outcome.summary ?? ''), ...expectationLines(outcome)]);
}

/** Gives the folder of a drill's evidence, below the results' directory. */
export function folderOf(result: RunResult, outcome: DrillOutcome): string {
  return `${result.run}/${outcome.job}/`;
}

/** Gives what was determined about the run's machines and images, by name; unknown facts are missing. */
export function runFacts({ versions, accelerator }: RunResult): readonly (readonly [name: string, value: string])[] {
  const facts: readonly (readonly [string, string | null])[] = [
    ['raidlab', versions.raidlab],
    ['qemu', versions.qemu],
    ['kernel-release', versions.kernel],
    ...Object.entries(versions.images),
    ['accelerator', accelerator === null ? null : accelerator.name],
    ['accelerator-reason', accelerator === null ? null : accelerator.reason],
  ];
  return facts.flatMap(([name, value]): readonly (readonly [string, string])[] => (value === null || value === '' ? [] : [[name, value]]));
}

function failuresOf({ failures }: RunResult, { job }: DrillOutcome): readonly RunFailure[] {
  return failures.filter((failure) => failure.job === job);
}
