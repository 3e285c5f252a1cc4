import { timeoutFactorBounds } from '../../core/text/time-limit.ts';
import type { Context } from '../context.ts';

/**
 * Tasks of known duration on a host of usual speed, milliseconds: all limits are made for such a host, with room. Measured on two cores
 * under QEMU's TCG; a host with KVM is faster, and its factor is 1.
 */
const usualMs = {
  /** From the processor's start to /init of our initramfs, in the probe of the accelerator. */
  probe: 3500,
  /** From the start of QEMU to a guest that is ready: a boot, with room for a system of one's own. */
  boot: 12_000,
  /** The same from a template, with room for reading its memory from the host's disk first. */
  fork: 2500,
} as const;

/** Limits have room for hosts up to this many times slower. */
const leastRaise = 1.5;

/**
 * Learns from a known task how slow this host is, and extends the run's limits if it is slower than they allow. A temporarily busy host
 * counts as slow until the end of the run: a limit that is too long costs nothing while all is well.
 */
export function learnHostSpeed(ctx: Context, known: keyof typeof usualMs, tookMs: number): void {
  if (!isSlower(ctx, known, tookMs)) return;
  const factor = factorOf(known, tookMs);
  ctx.timeFactor.raise(factor);
  const took = `${(tookMs / 1000).toFixed(1)} s`;
  ctx.emit({
    type: 'time-factor-raised',
    factor,
    because: `${words[known]} took ${took}; usually it takes at most ${(usualMs[known] / 1000).toFixed(1)} s`,
  });
}

/** Tells whether a known task took long enough to learn from. */
export function isSlower({ timeFactor }: Context, known: keyof typeof usualMs, tookMs: number): boolean {
  return factorOf(known, tookMs) >= timeFactor.value() * leastRaise;
}

function factorOf(known: keyof typeof usualMs, tookMs: number): number {
  return Math.min(timeoutFactorBounds.most, Math.round((tookMs / usualMs[known]) * 10) / 10);
}

const words = {
  probe: 'the boot of the probe',
  boot: 'the boot of a machine',
  fork: 'the fork of a machine',
} as const satisfies Record<keyof typeof usualMs, string>;
