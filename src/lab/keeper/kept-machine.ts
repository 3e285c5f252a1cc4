/**
 * A lab's machine in its keeper, and its recorded state.
 *
 *     off ──rise──► on ──stop, end──► off
 *                   └──the machine ends by itself──► died
 *
 * Every change of state is written to the lab's directory before its act ends.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventBody } from '../../core/event.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { LabBoot, LabLife, LabMachineFacts, LabState } from '../../core/lab/lab-state.ts';
import type { OpenStore } from '../../machine/cache/open-store.ts';
import type { Scratch } from '../../machine/cache/scratch.ts';
import type { Context } from '../../machine/context.ts';
import type { HostProcess } from '../../machine/process/host-process.ts';
import type { Machine } from '../../machine/machine.ts';
import type { BootedParts } from '../../machine/template/booted-template.ts';
import { planMachineSockets } from '../../machine/qemu/machine-sockets.ts';
import type { BootingMachine } from '../../machine/start/start-installed.ts';
import { machineScratchName } from '../console/attach-console.ts';
import { serveConsole } from '../console/serve-console.ts';
import { keepDisks } from '../disks/kept-disks.ts';
import type { KeptDisks } from '../disks/kept-disks.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { choosePort, openSharedConnection, waitForSsh, writeSshConfig } from '../machine/ssh-access.ts';
import type { LabStart, StartedLab } from '../machine/start-lab-machine.ts';
import { writeLabState } from '../place/state-file.ts';

/** Where a lab's machine lives, and who keeps it. */
export interface KeptMachineOptions {
  readonly place: LabPlace;
  readonly store: OpenStore;
  readonly scratch: Scratch;
  readonly raidlabVersion: string;
}

/** How a lab's machine is turned on. */
export interface Rise {
  readonly begin: (start: Omit<LabStart, 'provision'>) => Promise<StartedLab>;
  /** What is done in it before people are let in; tells by which door. */
  readonly prepare: (started: StartedLab, facts: LabMachineFacts) => Promise<Door>;
}

/**
 * How people get into a machine: by an ssh that was just started; by ssh as a resumed machine has it, whatever a person did to it; or,
 * where a boot has not come to it, by the console alone.
 */
export type Door = 'new-ssh' | 'ssh-as-it-was' | 'console';

/** A running machine: what it was made from, and its disks. */
interface OnMachine {
  readonly machine: Machine;
  readonly disks: KeptDisks;
  readonly parts: BootedParts;
  readonly booting: BootingMachine | undefined;
  boot: LabBoot | undefined;
  connection?: HostProcess;
  console?: AsyncDisposable;
}

/** How many console lines are kept of a machine that died. */
const lastLines = 20;

/** The machine of a lab; dispose it and it is gone. */
export class KeptMachine implements AsyncDisposable {
  readonly #options: KeptMachineOptions;
  readonly #over = Promise.withResolvers<undefined>();
  #on: OnMachine | undefined;
  #written: Promise<unknown> = Promise.resolve();
  #state: LabState | undefined;

  /** Makes the machine of a place; it is off. */
  constructor(options: KeptMachineOptions) {
    this.#options = options;
  }

  /** Resolves when the machine has been on, is off for good, and that is recorded. */
  get over(): Promise<undefined> {
    return this.#over.promise;
  }

  /** Tells whether the machine is on. */
  get isOn(): boolean {
    return this.#on !== undefined;
  }

  /** The lab's state as last written; throws when it was not read, which is a bug. */
  get known(): LabState {
    if (this.#state === undefined) throw new Error('the state of the lab was not read');
    return this.#state;
  }

  /** The machine, its disks and its parts; RaidlabError `lab/not-on` when it is off. */
  get on(): Pick<OnMachine, 'machine' | 'disks' | 'parts' | 'booting'> {
    if (this.#on !== undefined) return this.#on;
    throw new RaidlabError({
      area: 'lab',
      reason: 'not-on',
      lab: this.#options.place.name,
      how: 'it was not turned on',
      lastConsoleLines: [],
    });
  }

  /** Gives the machine, where commands can be typed in it; throws `lab/not-begun` as long as its boot has not come to that. */
  requireBegun(): Machine {
    const { machine, booting } = this.on;
    if (booting === undefined || booting.hasBegun()) return machine;
    const lastConsoleLines = machine.consoleLines().slice(-lastLines);
    throw new RaidlabError({ area: 'lab', reason: 'not-begun', lab: this.#options.place.name, lastConsoleLines });
  }

  /** Reads the lab's state again after something else changed it. */
  learn(state: LabState): void {
    this.#state = state;
  }

  /** Turns the machine on and lets people in, or leaves nothing of it. */
  async rise(ctx: Context, state: LabState, parts: BootedParts, rise: Rise): Promise<void> {
    const { place, store, scratch, raidlabVersion } = this.#options;
    this.#state = state;
    const sshPort = await choosePort(state.sshPort, state.isSshPortAsked);
    const scratchHostPath = join(scratch.socketHostPath, machineScratchName);
    await mkdir(scratchHostPath, { recursive: true, mode: 0o700 });
    const started = await rise.begin({ place, store, state, parts, sshPort, scratchHostPath });
    const { machine, changes, booting } = started;
    const boot = state.life.state === 'on' ? state.life.machine.boot : undefined;
    const on: OnMachine = { machine, disks: keepDisks(place, machine, state), parts, booting, boot };
    this.#on = on;
    try {
      this.#state = { ...state, ...changes, sshPort };
      if (state.boot !== undefined) on.console = await serveConsole(machine, planMachineSockets(scratchHostPath).shellHostPath);
      const { tools, accelerator, qemu, kernel } = parts;
      const facts = { kernelVersion: kernel.version, tools: tools.description, accelerator, qemuVersion: qemu.version };
      const door = await rise.prepare(started, facts);
      await this.#letIn(ctx, on, sshPort, door);
      const machineFacts = on.boot === undefined ? facts : { ...facts, boot: on.boot };
      await this.write({ life: { state: 'on', at: now(), machine: machineFacts }, raidlabVersion });
    } catch (error) {
      await this.#forget();
      await machine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Turns the machine off for good, by an act, and records how; does nothing when it is off. */
  async end(how: 'halt' | 'crash', act: (machine: Machine) => PromiseLike<void>): Promise<void> {
    await this.stop(how, act);
    this.#over.resolve(undefined);
  }

  /** Turns the machine off by an act, and records how; while it works the machine's end is expected. */
  async stop(how: 'halt' | 'crash', act: (machine: Machine) => PromiseLike<void>): Promise<void> {
    const machine = this.#on?.machine;
    if (machine === undefined) return;
    await act(machine);
    await this.#forget();
    await machine[Symbol.asyncDispose]();
    await this.write({ life: { state: 'off', how, at: now() } });
  }

  /** Notes how the boot of the machine stands. */
  async noteBoot(boot: LabBoot): Promise<void> {
    if (this.#on === undefined) return;
    this.#on.boot = boot;
    const { life } = this.known;
    if (life.state === 'on') await this.write({ life: { ...life, machine: { ...life.machine, boot } } });
  }

  /** Notes that the machine ended by itself. */
  takeEvent(event: EventBody): void {
    if (event.type === 'machine-stopped' && event.how === 'died' && this.#on !== undefined) void this.#die(this.#on.machine, event.detail);
  }

  /** Writes changes to the lab's directory. */
  async write(changes: Partial<LabState>): Promise<void> {
    const state = { ...this.known, ...changes };
    this.#state = state;
    // One after the other: each writes the whole state.
    const written = this.#written.then(() => writeLabState(this.#options.place, state));
    this.#written = written.catch(() => undefined);
    await written;
  }

  /** Ends the machine, in any state. */
  async [Symbol.asyncDispose](): Promise<void> {
    const machine = this.#on?.machine;
    if (machine === undefined) return;
    await this.stop('crash', (running) => running.crash()).catch(() => undefined);
    await machine[Symbol.asyncDispose]();
  }

  /** Waits for ssh, and opens the shared connection, without waiting for that; both only where ssh is the door. */
  async #letIn(ctx: Context, on: OnMachine, sshPort: number, door: Door): Promise<void> {
    const { place, scratch } = this.#options;
    await writeSshConfig(place, sshPort, join(scratch.socketHostPath, 'ssh.sock'));
    if (door === 'console') return;
    if (door === 'new-ssh') await waitForSsh(ctx, place.name, sshPort);
    on.connection = await openSharedConnection(ctx, place);
  }

  async #die(machine: Machine, why: string): Promise<void> {
    const lastConsoleLines = machine.consoleLines().slice(-lastLines);
    await this.#forget();
    const life: LabLife = { state: 'died', at: now(), why, lastConsoleLines };
    await this.write({ life }).catch(() => undefined);
    this.#over.resolve(undefined);
  }

  async #forget(): Promise<void> {
    const on = this.#on;
    this.#on = undefined;
    await on?.connection?.[Symbol.asyncDispose]();
    await on?.console?.[Symbol.asyncDispose]();
  }
}

function now(): string {
  return new Date().toISOString();
}
