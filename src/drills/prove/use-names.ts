import type { Member } from '../../core/array/member.ts';
import { planMount, planUnmount } from '../../core/plan/array.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { crypttabLine, planCloseContainer, planOpenContainer } from '../../core/plan/container.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import type { ArrayNames } from '../../core/prove/names-of-array.ts';
import type { Step } from '../drill.ts';
import { typed } from '../steps/plan-line.ts';

const rulesGuestPath = '/etc/udev/rules.d/61-raidlab-names.rules';

/** Gives the step after which the array has the names of a real one: mappings, LUKS UUIDs, links to its disks. */
export function useNames(names: ArrayNames): Step {
  return {
    name: 'use-names',
    title: 'Give everything the names of your array',
    phase: 'fault',
    skippable: false,
    plan: (array) => typed(...planNames(array, names)),
    run: async (run) => {
      for (const planned of planNames(run.array, names)) await run.type(planned);
      const members = run.members.map(({ devid, container }): Member => ({ devid, container: renamed(container, names, devid) }));
      run.adoptContainers(members);
    },
  };
}

function planNames(array: ArrayPlan, names: ArrayNames): readonly Command[] {
  const pairs = array.members.map((old, index) => ({ old, made: renamed(old, names, index + 1) }));
  const changed = pairs.filter(({ old, made }) => old.mappingName !== made.mappingName || old.luksUuid !== made.luksUuid);
  const rules = array.members.flatMap((member, index) => ruleFor(member, names.members[index]?.link ?? null));
  return [
    planUnmount(array),
    ...changed.flatMap(({ old, made }) => [
      planCloseContainer(old),
      ...(old.luksUuid === made.luksUuid
        ? []
        : [command('cryptsetup', 'luksUUID', '--batch-mode', '--uuid', made.luksUuid, made.guestDevice)]),
      command('sed', '-i', `s|^${old.mappingName} .*|${crypttabLine(made)}|`, '/etc/crypttab'),
    ]),
    // All are closed before the first is opened: two may have changed names.
    ...changed.map(({ made }) => planOpenContainer(made)),
    ...(rules.length === 0
      ? []
      : [
          { argv: ['tee', rulesGuestPath], stdin: rules.join('') },
          command('udevadm', 'control', '--reload'),
          command('udevadm', 'trigger', '--action=change', '--subsystem-match=block', '--settle'),
        ]),
    planMount(array),
  ];
}

function renamed(container: ContainerPlan, names: ArrayNames, number: number): ContainerPlan {
  const { mappingName, luksUuid } = names.members.find((each) => each.number === number) ?? { mappingName: null, luksUuid: null };
  const name = mappingName ?? container.mappingName;
  return { ...container, mappingName: name, mappingGuestDevice: `/dev/mapper/${name}`, luksUuid: luksUuid ?? container.luksUuid };
}

/** udev(7): a link more for the disk, and for its partitions. */
function ruleFor({ diskGuestDevice }: ContainerPlan, link: string | null): readonly string[] {
  if (link === null) return [];
  const known = diskGuestDevice.slice(diskGuestDevice.lastIndexOf('/') + 1).replace(/^scsi-|^virtio-|^nvme-/u, '');
  const name = link.slice('/dev/'.length);
  return [
    `SUBSYSTEM=="block", ENV{DEVTYPE}=="disk", ENV{ID_SERIAL}=="${known}", SYMLINK+="${name}"\n`,
    `SUBSYSTEM=="block", ENV{DEVTYPE}=="partition", ENV{ID_SERIAL}=="${known}", SYMLINK+="${name}-part%n"\n`,
  ];
}
