import { formatAge } from '../../core/text/age.ts';
import { describeFault } from '../../core/fault/describe-fault.ts';
import type { ListedSnapshot, SnapshotRecord } from '../../core/lab/snapshot-record.ts';
import { describeLayout } from '../../core/layout/layout.ts';
import { formatSize } from '../../core/text/size.ts';
import { line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';

/** Gives the lines of `raidlab snapshot ls`: each with its size, its age, and the lab's condition. */
export function snapshotListLines(snapshots: readonly ListedSnapshot[], nowMs: number): readonly Line[] {
  if (snapshots.length === 0) return [line(0, 'There are no snapshots. `raidlab snapshot save NAME` creates one.')];
  const width = Math.max(...snapshots.map(({ name }) => name.length)) + 2;
  return snapshots.flatMap(({ name, sizeBytes, record, trouble }) => {
    const head = [span(name.padEnd(width), 'strong'), span(formatSize(sizeBytes).padEnd(10))];
    if (record === null) return [line(0, [...head, span(trouble ?? '', 'bad')], width)];
    const age = formatAge(nowMs - Date.parse(record.madeAt));
    return [line(0, [...head, span(`${age} old`.padEnd(13)), ...describeMoment(record)]), ...momentLines(record, width)];
  });
}

function describeMoment({ machine }: SnapshotRecord) {
  return machine === null ? [span('off', 'quiet')] : [span('on', 'good'), span(`: kernel ${machine.host.kernel.version}`)];
}

function momentLines({ state }: SnapshotRecord, indent: number): readonly Line[] {
  const { layout, disks, faults, isProvisioned } = state;
  const troubles = [
    ...disks.filter(({ isIn }) => !isIn).map(({ serial }) => `${serial} pulled`),
    ...faults.map((fault) => `${fault.disk}: ${describeFault(fault)}`),
    ...disks.flatMap(({ serial, damage }) => damage.map(({ what }) => `${serial}: ${what}`)),
  ];
  const array = isProvisioned ? describeLayout(layout) : `${describeLayout(layout)}, not built`;
  return [line(indent, [span(array, 'quiet')]), ...troubles.map((text) => line(indent, [span(text, 'bad')]))];
}
