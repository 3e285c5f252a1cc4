import { formatAge } from '../../core/text/age.ts';
import type { BalanceStatus } from '../../core/btrfs/balance-status.ts';
import type { FilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import type { ReplaceStatus } from '../../core/btrfs/replace-status.ts';
import type { ScrubReport } from '../../core/btrfs/scrub-report.ts';
import type { ArrayPicture, PicturedDevice } from '../../core/array/array-picture.ts';
import type { LabCondition } from '../../core/lab/lab-condition.ts';
import type { LabDisk, LabState } from '../../core/lab/lab-state.ts';
import { hasProfile, profileOfType } from '../../core/btrfs/profile-judgement.ts';
import type { ChunkProfiles } from '../../core/layout/profile.ts';
import { formatSize } from '../../core/text/size.ts';
import { diskTroubles, hasLeft } from './disk-lines.ts';
import { bootLine, conditionLines } from './lab-lines.ts';
import { blank, labelled, line, span } from '../text/line.ts';
import type { Line, Span } from '../text/line.ts';

/** A lab as `raidlab status` shows it; the picture is null if its guest could not be looked at, and `trouble` says why. */
export interface LabStatus {
  readonly lab: string;
  readonly state: LabState;
  readonly condition: LabCondition;
  readonly picture: ArrayPicture | null;
  readonly trouble: string | null;
}

/** Gives the lines of `raidlab status`: the lab, then its disks with everything on them, then the array. */
export function statusLines(status: LabStatus, nowMs: number): readonly Line[] {
  const { lab, state, condition, picture, trouble } = status;
  return [
    ...conditionLines(lab, condition),
    ...(condition.is === 'on'
      ? machineLines(state, condition.since, nowMs)
      : [labelled('kernel', state.kernel), labelled('tools', state.tools)]),
    blank,
    ...state.disks.flatMap((disk) => diskLines(disk, state, picture)),
    ...(picture === null ? [] : lostDeviceLines(picture)),
    ...(trouble === null ? [] : [blank, line(0, [span('The guest could not be examined', 'bad'), span(`: ${trouble}`)], 2)]),
    ...(picture === null ? [] : [blank, ...arrayLines(picture, state)]),
  ];
}

function machineLines(state: LabState, since: string, nowMs: number): readonly Line[] {
  if (state.life.state !== 'on') return [];
  const { kernelVersion, tools, accelerator, qemuVersion, boot } = state.life.machine;
  return [
    labelled('for', formatAge(nowMs - Date.parse(since))),
    ...bootLine(boot),
    labelled('kernel', `${kernelVersion} (${state.kernel})`),
    labelled('tools', tools),
    labelled('machine', `QEMU ${qemuVersion}, ${accelerator}, ${String(state.memoryMiB)} MiB`),
    labelled('ssh', `127.0.0.1, port ${String(state.sshPort)}`),
  ];
}

/** A disk, what is on it layer by layer, and what is wrong with it. */
function diskLines(disk: LabDisk, { faults }: LabState, picture: ArrayPicture | null): readonly Line[] {
  const seen = picture?.disks.find(({ serial }) => serial === disk.serial);
  const device = picture?.devices.find(({ serial }) => serial === disk.serial);
  const layers = [
    ...(seen?.luksUuid === null || seen?.luksUuid === undefined ? [] : [`LUKS ${seen.luksUuid.slice(0, 8)}`]),
    ...(seen?.mapping === null || seen?.mapping === undefined ? [] : [seen.mapping]),
    ...(device === undefined ? [] : [describeDevice(device)]),
    ...(hasLeft(disk, picture) ? ['no longer in the array'] : []),
  ];
  const content = layers.length > 0 ? layers.join(' → ') : seen === undefined ? '' : 'blank';
  return [
    line(
      0,
      [
        span(disk.serial.padEnd(8), 'strong'),
        span(formatSize(disk.sizeBytes).padEnd(10)),
        disk.isIn ? span('in   ', 'good') : span('out  ', 'bad'),
        span(content),
      ],
      23,
    ),
    ...diskTroubles(disk, faults).map((text) => line(8, [span(`fault: ${text}`, 'bad')])),
    ...(device === undefined ? [] : errorLines(device)),
  ];
}

function describeDevice({ devid, allocatedBytes, sizeBytes }: PicturedDevice): string {
  return `devid ${String(devid)}, ${formatSize(allocatedBytes)} of ${formatSize(sizeBytes)} in chunks`;
}

/** Devices of the array without a disk: pulled from under a mapping, or missing. */
function lostDeviceLines({ devices }: ArrayPicture): readonly Line[] {
  return devices
    .filter(({ serial }) => serial === null)
    .flatMap((device) => [
      line(0, [
        span('no disk '.padEnd(8), 'bad'),
        span(device.isMissing ? `devid ${String(device.devid)} is missing` : `${device.name ?? ''} → ${describeDevice(device)}`),
        span(device.isMissing ? '' : ': its disk is gone, and btrfs does not know', 'bad'),
      ]),
      ...errorLines(device),
    ]);
}

function errorLines({ errors }: PicturedDevice): readonly Line[] {
  const counted = Object.entries(errors).map(([counter, value]) => `${counter} ${String(value)}`);
  return counted.length === 0 ? [] : [line(8, [span(`counted: ${counted.join(', ')}`, 'bad')])];
}

function arrayLines(picture: ArrayPicture, { layout }: LabState): readonly Line[] {
  const { mountPoint, mount, usage, scrub, whyReadOnly, replace, balance } = picture;
  if (mount === null) return [line(0, [span(`Nothing is mounted on ${mountPoint}.`, 'bad')])];
  const isReadOnly = mount.options.includes('ro');
  return [
    ...(isReadOnly ? readOnlyLines(whyReadOnly, mountPoint) : []),
    labelled(
      'mounted',
      `${mount.source} on ${mountPoint}, ${mount.options.join(',')}`,
      mount.options.includes('degraded') ? 'bad' : 'plain',
    ),
    ...(usage === null ? [] : usageLines(usage, layout, isReadOnly)),
    ...(replace === null || replace.state === 'never-started' ? [] : [labelled('replace', describeReplace(replace))]),
    ...(scrub === null || scrub.state === 'never' ? [] : [labelled('scrub', ...scrubWords(scrub))]),
    ...(balance === null || balance.state === 'none' ? [] : [labelled('balance', describeBalance(balance))]),
  ];
}

/** `remount` does not make writable what stopped by itself: it must be mounted again. */
function readOnlyLines(why: string | null, mountPoint: string): readonly Line[] {
  if (why === null)
    return [line(0, [span('The array is mounted read-only', 'bad'), span(': nothing can be written, balanced or replaced.')], 2)];
  return [
    line(0, [span('btrfs has made the array read-only', 'bad'), span(`: ${why}`)], 2),
    line(
      2,
      [
        span(
          `Until it is unmounted and mounted again (umount ${mountPoint}; mount ${mountPoint}) nothing can be written, balanced or replaced.`,
        ),
      ],
      2,
    ),
  ];
}

function usageLines({ blockGroups, overall }: FilesystemUsage, profiles: ChunkProfiles, isReadOnly: boolean): readonly Line[] {
  return [
    ...blockGroups.map((group) => {
      const isAsAsked = hasProfile(group, profiles);
      const words: readonly Span[] = [
        span(group.type.padEnd(13), 'quiet'),
        span(group.profile, isAsAsked ? 'good' : 'bad'),
        span(
          `  ${formatSize(group.usedBytes)} of ${formatSize(group.sizeBytes)} used${isAsAsked ? '' : `, and not ${profileOfType(group.type, profiles)}: a soft balance would convert it${isReadOnly ? ', once it is mounted read-write' : ''}`}`,
        ),
      ];
      return line(2, words, 15);
    }),
    labelled('free', `${formatSize(overall.freeEstimatedBytes)} estimated, ${formatSize(overall.deviceUnallocatedBytes)} in no chunk yet`),
  ];
}

function describeReplace(status: Exclude<ReplaceStatus, { readonly state: 'never-started' }>): string {
  const errors = `${String(status.writeErrors)} write errors, ${String(status.uncorrectableReadErrors)} uncorrectable read errors`;
  switch (status.state) {
    case 'started':
      return `${String(status.progressPermille / 10)} % done, ${errors}`;
    case 'finished':
      return `finished, ${errors}`;
    case 'canceled':
    case 'suspended':
      return `${status.state} at ${String(status.progressPermille / 10)} %, ${errors}`;
  }
}

function scrubWords(scrub: Exclude<ScrubReport, { readonly state: 'never' }>): readonly [string, 'plain' | 'bad'] {
  const errors = Object.entries(scrub.errors).filter(([, count]) => count > 0);
  const found = errors.length === 0 ? 'no errors' : errors.map(([kind, count]) => `${kind} ${String(count)}`).join(', ');
  const share =
    scrub.totalBytes === null || scrub.scrubbedBytes === null || scrub.totalBytes === 0
      ? ''
      : ` ${String(Math.floor((100 * scrub.scrubbedBytes) / scrub.totalBytes))} %`;
  return [`${scrub.state}${share}, ${found}`, errors.length === 0 ? 'plain' : 'bad'];
}

function describeBalance(status: Exclude<BalanceStatus, { readonly state: 'none' }>): string {
  return `${status.state}, ${String(status.balancedChunks)} of about ${String(status.expectedChunks)} chunks`;
}
