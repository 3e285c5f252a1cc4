import { describeBoot } from '../../core/boot/boot-seen.ts';
import type { BootSeen } from '../../core/boot/boot-seen.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { AgentClient } from '../agent/agent-client.ts';
import { createPatientGuest, untilBegun } from '../agent/patient-guest.ts';
import type { Context } from '../context.ts';
import type { Machine, MachineMemory, MachineSpec } from '../machine.ts';
import type { RunningQemu } from '../qemu/launch-qemu.ts';
import { watchBoot } from './boot-watch.ts';
import { bringUp } from './start-machine.ts';
import { stretchGuestLimits } from './stretch-guest-limits.ts';

/** How an installed system is booted. */
export interface InstalledOptions {
  readonly memory?: MachineMemory;
  /** How long the boot may take to an end, milliseconds on a host of usual speed. */
  readonly limitMs?: number;
  /** Typed at the console, as a person does, each time that a passphrase is asked for; without one nobody answers. */
  readonly passphrase?: string;
}

/** A machine whose installed system boots. */
export interface BootingMachine extends Machine {
  /** Resolves at the end of its boot, or at the limit; rejects when the machine is lost, and {@link KernelCrash} when its kernel crashes. */
  readonly boot: Promise<BootSeen>;
  /** Resolves when the installed system has taken over from its initramfs, or when the boot is over; rejects as `boot` does. */
  readonly systemBegan: Promise<unknown>;
  /** Resolves where it needs somebody at its console: at the end of its boot, or at a passphrase that nobody types; rejects as `boot` does. */
  readonly stops: Promise<BootSeen>;
  /** Resolves when commands can be typed, which may be never; rejects when the machine is lost. */
  readonly begun: Promise<void>;
  /** Whether commands can be typed. */
  readonly hasBegun: () => boolean;
  /** Types a line at the console where the boot has ended, and resolves at its next end, or at a limit of its own; rejects as `boot` does. */
  readonly goOn: (line: string) => Promise<BootSeen>;
  /** The same while somebody else types. */
  readonly watchOn: () => Promise<BootSeen>;
}

/**
 * Powers a machine with an installed system on, and gives it at once. Commands can be typed from when its agent has begun, which is early
 * in the system, however far the boot comes then. Rejects as `startMachine` does until QEMU runs.
 */
export async function powerOnInstalled(ctx: Context, spec: MachineSpec, options: InstalledOptions = {}): Promise<BootingMachine> {
  const { memory = { kind: 'own' }, limitMs, passphrase } = options;
  let running: RunningQemu | undefined;
  let agent: AgentClient | undefined;
  const asked = Promise.withResolvers<BootSeen>();
  const answer = (): void => {
    if (passphrase === undefined) asked.resolve(watch.stands());
    else running?.typeAtConsole(`${passphrase}\n`);
  };
  const watch = watchBoot(ctx, spec.name, { limitMs, answer });
  const guard = async (qemu: RunningQemu, ended: Promise<BootSeen>): Promise<BootSeen> => {
    const seen = await qemu.life.guard(ctx, { waitingFor: 'the boot to end' }, ended);
    if (seen.end === 'login')
      ctx.emit({ type: 'machine-booted', machine: spec.name, from: 'kernel', durationMs: seen.afterMs, kernel: spec.kernel.version });
    return seen;
  };
  let boot: Promise<BootSeen> | undefined;
  const { machine } = await bringUp(
    ctx,
    spec,
    { memory, from: 'kernel' },
    async (qemu, parts) => {
      running = qemu;
      ({ agent } = parts);
      await parts.faults.restore(ctx, spec.faults ?? []);
      qemu.adopt({ closed: Promise.resolve(), [Symbol.dispose]: watch[Symbol.dispose] });
      boot = guard(qemu, watch.ended);
      // It is told to whoever asks, which may be later.
      boot.catch(() => undefined);
      watch.begin();
      await qemu.qmp.execute(ctx, 'cont');
    },
    watch.takeBytes,
  );
  if (boot === undefined || running === undefined || agent === undefined) throw new Error('a machine came up without a boot');
  const qemu: RunningQemu = running;
  const systemBegan = Promise.race([watch.systemBegan, boot]);
  systemBegan.catch(() => undefined);
  const stops = Promise.race([boot, asked.promise]);
  stops.catch(() => undefined);
  const watchOn = (): Promise<BootSeen> => guard(qemu, watch.goOn());
  const goOn = (line: string): Promise<BootSeen> => {
    const next = watchOn();
    ctx.emit({ type: 'console-typed', machine: spec.name, line });
    qemu.typeAtConsole(`${line}\n`);
    return next;
  };
  return { ...machine, ...onceBegun(ctx, machine, agent), boot, systemBegan, stops, goOn, watchOn };
}

/** What is asked of a machine while it boots waits for its agent. */
function onceBegun(ctx: Context, machine: Machine, agent: AgentClient): Pick<BootingMachine, 'guest' | 'shutdown' | 'begun' | 'hasBegun'> {
  let hasBegun = false;
  const begun = agent.ready(ctx, Number.POSITIVE_INFINITY).then(() => {
    hasBegun = true;
  });
  begun.catch(() => undefined);
  return {
    guest: createPatientGuest(machine.guest, agent),
    begun,
    hasBegun: () => hasBegun,
    shutdown: async (givenCtx) => {
      await untilBegun(givenCtx, agent);
      await machine.shutdown(givenCtx);
    },
  };
}

/** Boots an installed system to its login. Rejects as {@link powerOnInstalled} does, and with `machine/boot-failed` when it does not get there. */
export async function startInstalled(ctx: Context, spec: MachineSpec, options?: InstalledOptions): Promise<Machine> {
  const machine = await powerOnInstalled(ctx, spec, options);
  try {
    const seen = await machine.boot;
    if (seen.end !== 'login')
      throw new RaidlabError({ area: 'machine', reason: 'boot-failed', machine: spec.name, said: describeBoot(seen) });
    await stretchGuestLimits(ctx, machine.guest);
    return machine;
  } catch (error) {
    await machine[Symbol.asyncDispose]();
    throw error;
  }
}
