import type { LabPlan, PlannedDisk } from '../../core/lab/lab-plan.ts';
import { formatCommand } from '../../core/plan/command.ts';
import { formatSize } from '../../core/text/size.ts';
import { blank, commandLine, labelled, line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';

/** Gives the plan of a lab for people to read, and to paste. */
export function labPlanLines(plan: LabPlan): readonly Line[] {
  const { lab, layout, disks, commands, isProvisioned } = plan;
  const spares = disks.filter(({ role }) => role === 'spare');
  return [
    line(0, [span(lab, 'strong'), span(`  ${layout}`)]),
    labelled('room', describeRoom(plan.usableBytes)),
    labelled('bears', plan.lossesSurvived === 0 ? 'the loss of no disk' : `the loss of ${count(plan.lossesSurvived, 'disk')}`),
    labelled('disks', describeDisks(disks.filter(({ role }) => role === 'member'))),
    ...(spares.length === 0 ? [] : [labelled('spares', `${describeDisks(spares)}, blank`)]),
    ...(plan.machine === undefined ? [] : [labelled('machine', plan.machine.join('; '))]),
    ...plan.warnings.map((warning) => labelled('warning', warning, 'doubtful')),
    blank,
    line(0, [span(isProvisioned ? 'The array is already built: no commands.' : 'Commands:', 'strong')]),
    ...commands.map((command) => commandLine(2, formatCommand(command), 'plain')),
  ];
}

/** Gives the predicted space of an array that holds nothing yet. */
export function describeRoom(usableBytes: number): string {
  return `up to ${formatSize(usableBytes)} for data and metadata`;
}

function describeDisks(disks: readonly PlannedDisk[]): string {
  return disks.map(({ serial, sizeBytes }) => `${serial} ${formatSize(sizeBytes)}`).join(', ');
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}
