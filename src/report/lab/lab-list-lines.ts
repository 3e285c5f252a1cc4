import { formatAge } from '../../core/text/age.ts';
import { describeCondition } from '../../core/lab/lab-condition.ts';
import type { ListedLab } from '../../core/lab/lab-condition.ts';
import { line, span } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';

/** Gives the lines of `raidlab ls`: each lab's condition, layout and place. */
export function labListLines(labs: readonly ListedLab[], nowMs: number): readonly Line[] {
  if (labs.length === 0) return [line(0, 'You have no labs. `raidlab up` creates one in this directory.')];
  return labs.flatMap((lab) => [
    line(0, [span(lab.name, 'strong'), span('  '), ...conditionSpans(lab, nowMs)], 2),
    ...(lab.layout === null
      ? []
      : [
          line(
            2,
            `${lab.layout}, kernel ${lab.kernel ?? ''}${lab.condition?.is === 'on' ? `, ssh on port ${String(lab.sshPort)}` : ''}`,
            4,
          ),
        ]),
    line(2, [span(lab.hostPath, 'quiet')], 4),
  ]);
}

function conditionSpans({ condition, trouble }: ListedLab, nowMs: number): readonly Span[] {
  if (condition === null) return [span(trouble ?? '', 'bad')];
  switch (condition.is) {
    case 'on':
      return [span('on', 'good'), span(`, since ${formatAge(nowMs - Date.parse(condition.since))}`, 'quiet')];
    case 'changing':
      return [span(describeCondition(condition), 'doubtful')];
    case 'off':
      return [span('off'), span(`: ${describeCondition(condition)}`, 'quiet')];
    case 'died':
      return [span('died', 'bad'), span(`: ${condition.why}`, 'quiet')];
  }
}
