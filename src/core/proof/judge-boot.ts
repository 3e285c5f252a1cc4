import { bootEvidence } from '../boot/boot-seen.ts';
import type { BootSeen } from '../boot/boot-seen.ts';
import type { MountedFilesystem } from '../util-linux/findmnt.ts';
import type { Check } from '../verdict/verdict.ts';

/** Judges whether a boot has reached the login. A boot without an end within the limit has not; the evidence names the limit. */
export function judgeLogin(seen: BootSeen, { name, claim }: Pick<Check, 'name' | 'claim'> = anyLogin): Check {
  return { name, claim, outcome: seen.end === 'login' ? 'held' : 'broken', evidence: bootEvidence(seen) };
}

const anyLogin = { name: 'login', claim: 'The boot reaches the login' };

/** Judges whether a boot that gets no further has ended in the shell of the initramfs, where somebody at the console can help it. */
export function judgeInitramfsShell(seen: BootSeen): Check {
  return {
    name: 'initramfs-shell',
    claim: 'The boot ends in the shell of the initramfs, where it can be helped',
    outcome: seen.end === 'initramfs-shell' ? 'held' : 'broken',
    evidence: bootEvidence(seen),
  };
}

/** What was mounted at some moment. */
export interface MountLook {
  /** Completes "…: mounted": `after the boot's last job`. */
  readonly when: string;
  readonly mountPoint: string;
  readonly mounted: MountedFilesystem | null;
}

/** Judges whether a filesystem that was mounted by hand was still mounted at each look. */
export function judgeStaysMounted(looks: readonly MountLook[]): Check {
  const isThere = looks.every(({ mounted }) => mounted !== null);
  return {
    name: 'stays-mounted',
    claim: 'What was mounted by hand stays mounted',
    outcome: looks.length === 0 ? 'inconclusive' : isThere ? 'held' : 'broken',
    evidence: looks.length === 0 ? ['nobody looked'] : looks.map(describeLook),
  };
}

function describeLook({ when, mountPoint, mounted }: MountLook): string {
  return mounted === null
    ? `${when}: nothing is mounted on ${mountPoint}`
    : `${when}: ${mounted.source} on ${mounted.target}, ${mounted.options.join(',')}`;
}
