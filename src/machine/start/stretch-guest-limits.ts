import type { Context } from '../context.ts';
import type { Guest } from '../guest.ts';

/**
 * The guest kernel's limits for hangs, seconds: the ones it was booted with, and the largest it accepts. Sources: kernel/hung_task.c;
 * kernel/rcu/tree_stall.h, rcu_jiffies_till_stall_check().
 */
const hangs = [
  { guestPath: '/proc/sys/kernel/hung_task_timeout_secs', usual: 120, most: 86_400 },
  { guestPath: '/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout', usual: 120, most: 300 },
] as const;

/**
 * Makes the guest's kernel wait longer before it calls a task hung or a processor stalled, if time limits are longer than usual. Not on
 * its command line, which is part of a template's identity. A kernel without such a detector has no such file.
 */
export async function stretchGuestLimits(ctx: Context, guest: Guest): Promise<void> {
  const factor = ctx.timeFactor.value();
  if (factor === 1) return;
  for (const { guestPath, usual, most } of hangs) {
    await guest.run(ctx, ['tee', guestPath], { input: `${String(Math.min(most, Math.ceil(usual * factor)))}\n` });
  }
}
