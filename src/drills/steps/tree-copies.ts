import { topLevelGuestPath } from '../../core/plan/array.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';

/** A further copy of a tree, in another way that people have files. */
export interface TreeCopy {
  readonly commands: readonly Command[];
  /** Where the proof finds it: below the array's mount point, or below the top level where it may not be mounted. */
  readonly guestPath: string;
}

/** Plans the copies of a tree that a layout allows: nodatacow, reflinked, and in a read-only snapshot of all of these. */
export function planCopies({ layout, mountPoint }: Pick<ArrayPlan, 'layout' | 'mountPoint'>, tree: string): readonly TreeCopy[] {
  const { nodatacow, snapshot, subvolumes } = layout;
  const source = `${mountPoint}/${tree}`;
  const plain = nodatacow.map((name) => {
    const directory = `${mountPoint}/${name}`;
    return { commands: [command('cp', '--archive', '--reflink=never', source, directory)], guestPath: `${directory}/${tree}` };
  });
  if (!snapshot) return plain;
  const reflinked = `${mountPoint}/reflinked`;
  const shelf = subvolumes.find(({ name }) => name.includes('snapshots'));
  const taken = `${shelf?.mountPoint ?? mountPoint}/${tree}-snapshot`;
  const fromTop = shelf === undefined ? (subvolumes[0]?.name ?? '') : shelf.name;
  return [
    ...plain,
    {
      commands: [command('mkdir', reflinked), command('cp', '--archive', '--reflink=always', source, reflinked)],
      guestPath: `${reflinked}/${tree}`,
    },
    {
      commands: [command('btrfs', 'subvolume', 'snapshot', '-r', mountPoint, taken)],
      guestPath: [topLevelGuestPath, fromTop, `${tree}-snapshot`, tree].filter((part) => part !== '').join('/'),
    },
  ];
}
