import type { MountedFilesystem } from '../util-linux/findmnt.ts';
import type { Check } from '../verdict/verdict.ts';

/**
 * Judges whether the array is really mounted read-write; null: nothing is mounted there. A check once passed on the directory below an
 * unmounted array.
 */
export function judgeMount(mounted: MountedFilesystem | null, mountPoint: string): Check {
  const claim = 'The array is mounted, read-write';
  if (mounted === null) return { name: 'mounted', claim, outcome: 'broken', evidence: [`nothing is mounted on ${mountPoint}`] };
  const evidence = [`${mounted.source} on ${mounted.target}, ${mounted.fstype}, ${mounted.options.join(',')}`];
  const held = mounted.fstype === 'btrfs' && mounted.options.includes('rw');
  return { name: 'mounted', claim, outcome: held ? 'held' : 'broken', evidence };
}
