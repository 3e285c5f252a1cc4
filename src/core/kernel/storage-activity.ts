import type { CodePlace } from './trouble.ts';

/** What storage is doing according to the kernel log: one entry per running act, the latest last. */
export type StorageActivity = readonly string[];

/** No known act is running. */
export const noStorageActivity: StorageActivity = [];

/** `BTRFS info (device dm-1): …`, and `BTRFS: …` of older kernels (btrfs_printk() in fs/btrfs/messages.c). */
const btrfsMessage = /^BTRFS(?: \w+)?(?: \(device [^)]*\))?: (.*)$/u;

/** Messages that begin and end an act: fs/btrfs/dev-replace.c, scrub.c and volumes.c. The first group, if any, distinguishes simultaneous acts. */
const acts: readonly { readonly name: string; readonly starts: RegExp; readonly ends: RegExp }[] = [
  {
    name: 'device replace',
    starts: /^(?:dev_replace from .* started$|continuing dev_replace from )/u,
    ends: /^(?:dev_replace from .* (?:finished|canceled)$|suspended dev_replace from |btrfs_scrub_dev\(.*\) failed)/u,
  },
  { name: 'balance', starts: /^balance: (?:start|resume)\b/u, ends: /^balance: (?:ended|paused|canceled)\b/u },
  { name: 'scrub', starts: /^scrub: started on devid (\d+)/u, ends: /^scrub: (?:not )?finished on devid (\d+)/u },
];

/** Gives what is running after a kernel line was printed. */
export function observeStorageActivity(activity: StorageActivity, text: string): StorageActivity {
  const message = btrfsMessage.exec(text)?.[1];
  if (message === undefined) return activity;
  for (const act of acts) {
    const started = act.starts.exec(message);
    const changed = started ?? act.ends.exec(message);
    if (changed === null) continue;
    const entry = changed[1] === undefined ? act.name : `${act.name} of devid ${changed[1]}`;
    const others = activity.filter((running) => running !== entry);
    // A console can be fed endless starts; a real array has a handful of devices.
    return started === null ? others : [...others, entry].slice(-64);
  }
  return activity;
}

/** Functions that are on the stack only during one act; the first row that matches anywhere decides. */
const signs: readonly (readonly [RegExp, string])[] = [
  [/dev_replace/u, 'device replace'],
  // Resize, remove and balance all relocate chunks, and resize and remove both shrink a device: the outermost act comes first.
  [/btrfs_ioctl_resize|btrfs_grow_device/u, 'resize'],
  [/btrfs_rm_device|btrfs_ioctl_rm_dev|btrfs_shrink_device/u, 'device remove'],
  [/btrfs_init_new_device|btrfs_ioctl_add_dev/u, 'device add'],
  [/btrfs_balance|btrfs_ioctl_balance|balance_kthread|btrfs_relocate_chunk/u, 'balance'],
  [/scrub/u, 'scrub'],
  [/btrfs_trim_fs|btrfs_ioctl_fitrim/u, 'fstrim'],
  [/open_ctree|btrfs_mount|btrfs_get_tree|btrfs_fill_super|btrfs_remount|btrfs_reconfigure/u, 'mount'],
  [/close_ctree|btrfs_put_super|btrfs_kill_super/u, 'unmount'],
  [/cleaner_kthread/u, 'cleaning'],
  [/btrfs_commit_transaction|transaction_kthread/u, 'transaction commit'],
];

/**
 * Gives what the machine was doing when the trouble came: by the functions on the stack, otherwise by the act that the log reported as
 * running; null when neither tells. A scrub on the stack during a replace is the replace: it copies by scrubbing.
 */
export function judgeActivity(places: readonly CodePlace[], activity: StorageActivity): string | null {
  const latest = activity.at(-1)?.replace(/ of devid \d+$/u, '') ?? null;
  const sign = signs.find(([pattern]) => places.some((place) => pattern.test(place.function)));
  if (sign === undefined) return latest;
  if (sign[1] === 'scrub' && activity.includes('device replace')) return 'device replace';
  return sign[1];
}
