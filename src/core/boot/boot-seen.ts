import { formatTimeLimit } from '../text/time-limit.ts';
import type { TimeLimit } from '../text/time-limit.ts';
import type { BootEnd, BootStage, BootWord } from './boot-word.ts';

/** A unit that did not start, by systemd's words on the console. */
export type UnitSeen = Omit<Extract<BootWord, { readonly kind: 'unit' }>, 'kind'> & { readonly afterMs: number };

/** What became of a boot. */
export interface BootSeen {
  /** Where it ended; null: nowhere within the limit. */
  readonly end: BootEnd | null;
  /** How far it was then. */
  readonly stage: BootStage;
  /** What the console said of the end; without one, what it waited for as far as it said so, or its last words. */
  readonly said: string;
  /** From power-on, milliseconds of wall time on the host. */
  readonly afterMs: number;
  /** The limit of the wait; null where there was an end. */
  readonly limit: TimeLimit | null;
  /** The units that did not start until then, in order; of a flood the first ones. */
  readonly units: readonly UnitSeen[];
}

const ends: Readonly<Record<BootEnd, string>> = {
  login: 'the login was reached',
  emergency: 'it ended in emergency mode',
  'initramfs-shell': 'it ended in the shell of the initramfs',
  locked: 'it ended where root is locked, and nobody is let in,',
};

const stages: Readonly<Record<BootStage, string>> = { kernel: 'the kernel', initramfs: 'the initramfs', system: 'the system' };

/** Says what became of a boot, in a few words: `the login was reached after 34 s`. */
export function describeBoot({ end, stage, said, afterMs, limit }: Omit<BootSeen, 'units'>): string {
  const seconds = `${String(Math.round(afterMs / 1000))} s`;
  if (end !== null) return `${ends[end]} after ${seconds}`;
  return `no end within ${limit === null ? seconds : formatTimeLimit(limit)}, in ${stages[stage]}: ${said}`;
}

/** Gives the same as lines of evidence, with the units that did not start. */
export function bootEvidence(seen: BootSeen): readonly string[] {
  return [describeBoot(seen), ...seen.units.map(({ said, afterMs }) => `${String(Math.round(afterMs / 1000))} s: ${said}`)];
}
