import { describeTyped } from '../../core/boot/describe-note.ts';
import { commandRuns } from './command-runs.ts';
import { stepSpans } from './step-spans.ts';
import type { TimedEvent } from './timed-event.ts';

/** What stands in a command that is of no use outside raidlab's machines: its own programs, its payload, its ways to slow a disk down. */
const ofTheMachine = [/\/usr\/lib\/raidlab\//u, /\/run\/raidlab/u, /[_-]PAYLOAD\b/u, /\/scrub_speed_max\b/u, /\bseq --format=/u];

/**
 * Gives what was typed in a drill as a script to read and to paste from, with the steps and what was done to the disks as comments.
 * What was for raidlab's machine only is left out. What is harmful to paste is not told apart: the devices are those of the drill.
 */
export function commandsToPaste(events: readonly TimedEvent[]): string {
  const steps = stepSpans(events);
  const typed = commandRuns(events)
    .filter(({ isTyped, command }) => isTyped && !ofTheMachine.some((pattern) => pattern.test(command)))
    .map(({ beginMs, step, command, end }) => {
      const refused = end !== null && end.exitCode !== 0 ? `  # exit ${String(end.exitCode)}` : '';
      return { afterMs: beginMs, step, line: `${command}${refused}` };
    });
  const acts = events.flatMap(({ afterMs, step, event }) => {
    if (event.type === 'fault-injected') return [{ afterMs, step, line: `# here: ${event.fault} of ${event.disk ?? 'the machine'}` }];
    if (event.type === 'fault-cleared')
      return [{ afterMs, step, line: `# here: no more ${event.fault} of ${event.disk ?? 'the machine'}` }];
    if (event.type === 'console-typed')
      return [{ afterMs, step, line: `${describeTyped(event.line)}  # at the console, where the boot had ended` }];
    return [];
  });
  const lines: string[] = [];
  let heading: string | undefined;
  for (const { step: name, line } of [...typed, ...acts].toSorted((one, other) => one.afterMs - other.afterMs)) {
    const step = steps.find((candidate) => candidate.name === name);
    const title = step === undefined ? undefined : `# ${String(step.index + 1)}. ${step.title}`;
    if (title !== heading && title !== undefined) lines.push(...(lines.length === 0 ? [] : ['']), title);
    heading = title;
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}
