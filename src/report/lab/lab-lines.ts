import { describeBootNote } from '../../core/boot/describe-note.ts';
import type { EventBody } from '../../core/event.ts';
import { describeCondition } from '../../core/lab/lab-condition.ts';
import type { LabCondition } from '../../core/lab/lab-condition.ts';
import { defaultLayout, describeLayout } from '../../core/layout/layout.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import { describeLabBoot, hasReachedLogin } from '../../core/lab/describe-lab-boot.ts';
import type { LabBoot } from '../../core/lab/lab-state.ts';
import { formatDuration } from '../text/format-duration.ts';
import { describeRoom } from './lab-plan-lines.ts';
import { blank, commandLine, labelled, labelledCommand, line, saidLines, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';
import { progressLine, spinnerAt } from '../live/live-lines.ts';
import type { Progress } from '../live/terminal-state.ts';
import { timeFactorLine } from '../time-factor-line.ts';

/** What is going on with a lab. */
export interface LabActivity {
  readonly title: string;
  readonly progress: Progress | null;
  /** The last command, as one would type it. */
  readonly command: string | null;
}

/** Gives what is going on after an event. */
export function readLabActivity(activity: LabActivity, event: EventBody): LabActivity {
  switch (event.type) {
    case 'progress-made':
      return { ...activity, progress: { what: event.what, fraction: event.fraction, detail: event.detail, commands: [] } };
    case 'image-built':
    case 'image-ready':
      return { ...activity, progress: null };
    case 'command-typed':
      return { ...activity, command: event.command };
    default:
      return activity;
  }
}

/** Gives the live lines while a lab is worked on. */
export function liveLabLines(activity: LabActivity, elapsedMs: number, nowMs: number, unicode: boolean): readonly Line[] {
  const { title, progress, command } = activity;
  return [
    line(0, [span(`${spinnerAt(nowMs, unicode)} `, 'doubtful'), span(title, 'strong'), span(`  ${formatDuration(elapsedMs)}`, 'quiet')]),
    ...(progress === null ? [] : [progressLine(progress, progress.what)]),
    ...(command === null ? [] : [commandLine(2, command)]),
  ];
}

/** Gives the permanent lines about an event. */
export function labEventLines(event: EventBody): readonly Line[] {
  switch (event.type) {
    case 'remark-made':
      return [line(0, event.text)];
    case 'time-factor-raised':
      return [timeFactorLine(event)];
    case 'image-build-started':
      return [line(0, [span(`Building the ${event.artefact}`), span(`: ${event.why}`, 'quiet')], 2)];
    case 'cache-entry-rejected':
      return [line(0, [span(`The ${event.artefact} is unusable and is rebuilt`, 'doubtful'), span(`: ${event.why}`, 'quiet')], 2)];
    case 'command-typed':
      return [commandLine(2, event.command)];
    case 'boot-noted':
      return [line(2, [span(`${formatDuration(event.afterMs)}  `, 'quiet'), span(describeBootNote(event.note))], 4)];
    case 'kernel-trouble-seen':
      return [line(0, [span(`The kernel complained: ${event.trouble.what}`, 'bad')], 2)];
    default:
      return [];
  }
}

/** A lab as presented after it was turned on. */
export interface LabSummary {
  readonly layout: ArrayLayout;
  /** Predicted, bytes. */
  readonly usableBytes: number;
  readonly kernel: string;
  readonly tools: string;
  readonly sshPort: number;
  readonly isProvisioned: boolean;
  /** How the boot of an installed system stands; undefined for raidlab's own. */
  readonly boot: LabBoot | undefined;
  /** How to call raidlab here, with `--lab NAME` if needed. */
  readonly call: (words: string) => string;
}

/** Gives the lines about a lab that is on: what it is, and what to type next. */
export function labIsOnLines(summary: LabSummary, what: string): readonly Line[] {
  const { call, boot } = summary;
  const isIn = hasReachedLogin(boot);
  return [
    line(0, [span(what, isIn ? 'good' : 'doubtful')]),
    ...bootLine(boot),
    labelled(
      'array',
      summary.isProvisioned ? describeMounted(summary) : `none yet; \`provision\` builds ${describeLayout(summary.layout)}`,
    ),
    labelled('room', describeRoom(summary.usableBytes)),
    labelled('kernel', summary.kernel),
    labelled('tools', summary.tools),
    labelled('ssh', `${isIn ? '' : 'not before the login; then '}127.0.0.1, port ${String(summary.sshPort)}, for you alone`),
    blank,
    ...(summary.isProvisioned || !isIn ? [] : [labelledCommand('build', call('provision'))]),
    labelledCommand('go in', call(isIn ? 'ssh' : 'console')),
    labelledCommand('break', call('disk pull DISK1')),
    labelledCommand('look', call('status')),
    labelledCommand('turn off', call('halt')),
  ];
}

/** Gives the line about how an installed system's boot stands. */
export function bootLine(boot: LabBoot | undefined): readonly Line[] {
  return boot === undefined ? [] : [labelled('boot', describeLabBoot(boot), hasReachedLogin(boot) ? 'plain' : 'bad')];
}

/** A layout itself names only an unusual mount point. An installed system may not have mounted it. */
function describeMounted({ layout, boot }: LabSummary): string {
  if (boot !== undefined) return `${describeLayout(layout)}, in fstab for ${layout.mountPoint}`;
  const { mountPoint } = defaultLayout;
  return layout.mountPoint === mountPoint ? `${describeLayout(layout)}, mounted on ${mountPoint}` : describeLayout(layout);
}

/** Gives a lab's condition for people: one line, and its last console lines if it died. */
export function conditionLines(lab: string, condition: LabCondition): readonly Line[] {
  switch (condition.is) {
    case 'on':
      return [line(0, [span(lab, 'strong'), span(' is '), span('on', 'good')])];
    case 'changing':
      return [line(0, [span(lab, 'strong'), span(': '), span(describeCondition(condition), 'doubtful')])];
    case 'off':
      return [line(0, [span(lab, 'strong'), span(` is off: ${describeCondition(condition)}`)])];
    case 'died':
      return [
        line(0, [span(lab, 'strong'), span(' '), span('died', 'bad'), span(`: ${condition.why}`)], 2),
        ...(condition.lastConsoleLines.length === 0
          ? []
          : [line(2, [span('its console said last:', 'quiet')]), ...saidLines(2, condition.lastConsoleLines.join('\n'))]),
      ];
  }
}
