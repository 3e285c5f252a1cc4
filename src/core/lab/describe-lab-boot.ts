import { describeBoot } from '../boot/boot-seen.ts';
import type { LabBoot } from './lab-state.ts';

/** Says how the boot of a lab stands, in a few words: where it ended, or what it waits for at its console. */
export function describeLabBoot(boot: LabBoot): string {
  const { end, limit, said } = boot;
  return end === null && limit === null ? `it waits for ${said}` : describeBoot(boot);
}

/** Tells whether a boot has come to where ssh is. */
export function hasReachedLogin(boot: LabBoot | undefined): boolean {
  return boot === undefined || boot.end === 'login';
}
