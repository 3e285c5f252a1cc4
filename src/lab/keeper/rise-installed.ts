import type { BootSeen } from '../../core/boot/boot-seen.ts';
import type { LabBoot, LabMachineFacts } from '../../core/lab/lab-state.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import { steadyContext, whenAborted } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import type { Machine } from '../../machine/machine.ts';
import type { BootingMachine } from '../../machine/start/start-installed.ts';
import { stretchGuestLimits } from '../../machine/start/stretch-guest-limits.ts';
import { describeLostRace } from '../../storage/lost-race.ts';
import { awaitJobs } from '../machine/await-jobs.ts';
import { openSsh } from '../machine/ssh-access.ts';
import { powerOnLabMachine } from '../machine/start-lab-machine.ts';
import type { LabPlace } from '../place/lab-place.ts';
import type { Rise } from './kept-machine.ts';

/** What the rise of an installed system needs of its lab. */
interface InstalledLab {
  readonly place: LabPlace;
  readonly array: ArrayPlan;
  /** Gives the message of the day. */
  readonly motd: (facts: LabMachineFacts) => string;
  /** Builds the array, if it is to be built; tells whether it was. */
  readonly build: () => Promise<boolean>;
  readonly noteBoot: (boot: LabBoot) => Promise<void>;
}

/**
 * How a lab with an installed system is turned on: it boots by itself, and opens and mounts by itself what crypttab and fstab say.
 *
 *     power on ──► login ──► ssh
 *         ├──► emergency, initramfs' shell, a limit ──┬──► the console is the door, and the boot is watched on
 *         └──► a passphrase is asked for ─────────────┘
 *
 * sshd starts whenever the system comes that far, also when somebody at the console has helped it.
 */
export function riseInstalled(ctx: Context, { place, array, motd, build, noteBoot }: InstalledLab): Rise {
  return {
    begin: (start) => powerOnLabMachine(ctx, start),
    prepare: async ({ machine, booting }, facts) => {
      if (booting === undefined) throw new Error('an installed system rises without a boot');
      const keysGiven = booting.begun.then(() => openSsh(steadyContext(ctx), machine.guest, place, motd(facts)));
      keysGiven.catch(() => undefined);
      using aborted = whenAborted(ctx.signal);
      const seen = await Promise.race([booting.stops, aborted.promise]);
      await noteBoot(bootOf(seen));
      if (seen.end !== 'login') {
        // Whoever loses the machine is told by its end.
        watchOn(booting, seen, noteBoot).catch(() => undefined);
        return 'console';
      }
      await stretchGuestLimits(ctx, machine.guest);
      await settle(ctx, machine, array);
      await Promise.race([keysGiven, aborted.promise]);
      if (await build()) await openSsh(ctx, machine.guest, place, motd(facts));
      return 'new-ssh';
    },
  };
}

/** Waits for what systemd still does, and says what it is not done with, and why, where that is known. */
async function settle(ctx: Context, machine: Machine, array: ArrayPlan): Promise<void> {
  const units = await awaitJobs(ctx, machine);
  if (units.length === 0) return;
  const remarks = [`systemd is not done: it still waits for ${units.join(', ')}`, ...(await describeLostRace(ctx, machine.guest, array))];
  for (const text of remarks) ctx.emit({ type: 'remark-made', text: `${text}.` });
}

/** Notes how a boot goes on where it has stopped, until its login. Where it has ended it stays, also for hours, until it ends elsewhere. */
async function watchOn(booting: BootingMachine, stopped: BootSeen, noteBoot: InstalledLab['noteBoot']): Promise<void> {
  let noted = stopped;
  const isUnderWay = stopped.end === null && stopped.limit === null;
  for (let seen = await (isUnderWay ? booting.boot : booting.watchOn()); ; seen = await booting.watchOn()) {
    if (seen.end !== null || noted.end === null) {
      await noteBoot(bootOf(seen));
      noted = seen;
    }
    if (seen.end === 'login') return;
  }
}

function bootOf({ end, stage, said, afterMs, limit }: BootSeen): LabBoot {
  return { end, stage, said, afterMs, limit };
}
