import { describeExposure } from '../../core/exposure/describe-exposure.ts';
import { harmlessText } from '../../core/text/harmless-text.ts';
import type { DrillOutcome } from '../../report/drill/drill-outcome.ts';
import { formatExpected } from '../../report/drill/expectation-lines.ts';
import { wordOfOutcome } from '../../report/drill/outcome-word.ts';
import type { RunResult } from '../../report/drill/result.ts';
import { runFacts } from '../../report/formats/outcome-text.ts';
import { commandsToPaste } from './commands-to-paste.ts';
import type { TimedEvent } from './timed-event.ts';

/**
 * Gives a drill as a plain-text report for a mailing list: what was expected and what came, versions, layout, seed, what was typed,
 * what the kernel said, and how anybody can see it again. A developer who has none of raidlab's words can read it.
 */
export function mailingListReport(result: RunResult, outcome: DrillOutcome, events: readonly TimedEvent[]): string {
  const { promise, summary, checks, kernelTrouble, exposure, layout, seed, payloadBytes, expectation } = outcome;
  const notHeld = checks.filter((check) => check.outcome !== 'held');
  const parts: readonly (readonly [heading: string, text: string])[] = [
    ['Expected', promise],
    [
      'Seen',
      [
        `${wordOfOutcome(outcome)}: ${summary ?? 'no verdict was reached'}`,
        ...(exposure === null ? [] : [`exposed ${describeExposure(exposure)}`]),
      ].join('\n'),
    ],
    [
      'What did not hold',
      notHeld.map(({ claim, evidence }) => [`- ${claim}`, ...evidence.map((line) => `    ${line}`)].join('\n')).join('\n'),
    ],
    ['Known', expectation === null ? '' : `${formatExpected(expectation)}: ${expectation.because}`],
    [
      'Versions',
      runFacts(result)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n'),
    ],
    ['Array', `${layout}\nseed ${seed}, payload ${String(payloadBytes)} bytes`],
    ['Typed', commandsToPaste(events).trimEnd()],
    [
      'Kernel',
      kernelTrouble.map(({ kind, what, machine, transcript }) => [`${kind} in ${machine}: ${what}`, ...transcript].join('\n')).join('\n\n'),
    ],
    ['To see it again', `raidlab, ${result.versions.raidlab}:\n${result.repeat}`],
  ];
  const told = parts.filter(([, text]) => text !== '').map(([heading, text]) => `${heading}:\n${indented(text)}`);
  return harmlessText(
    `Subject: ${outcome.drill}: ${wordOfOutcome(outcome)}, kernel ${result.versions.kernel ?? outcome.kernel}\n\n${told.join('\n\n')}\n`,
  );
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}
