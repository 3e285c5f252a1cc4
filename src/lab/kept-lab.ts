/**
 * A lab as its keeper has it: its state, and its machine while it is on.
 *
 *     off ──up──► on ──halt, crash, dispose──► off
 *                 └──the machine ends by itself──► died
 *
 * Every change of state is written to the lab's directory before the act that made it is over.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventBody } from '../core/event.ts';
import { RaidlabError } from '../core/failure.ts';
import type { Mirrors } from '../core/mirrors.ts';
import type { ActDone, KeeperAct } from '../core/lab/keeper-protocol.ts';
import type { LabLife, LabMachineFacts, LabState } from '../core/lab/lab-state.ts';
import type { DiskAct } from '../core/lab/disk-act.ts';
import { formatMotd } from '../core/lab/motd.ts';
import { planArray, planCreateArray, planOpenAsBoot } from '../core/plan/array.ts';
import { formatCommand } from '../core/plan/command.ts';
import type { OpenStore } from '../machine/cache/open-store.ts';
import type { Scratch } from '../machine/cache/scratch.ts';
import { withDeadline } from '../machine/context.ts';
import type { Context } from '../machine/context.ts';
import type { HostProcess } from '../machine/host-process.ts';
import type { Machine } from '../machine/machine.ts';
import { said, tryCommand, typeCommand } from '../storage/type-command.ts';
import { describeChange, planAllowedAct } from './act-on-disk.ts';
import { keepDisks } from './kept-disks.ts';
import type { KeptDisks } from './kept-disks.ts';
import { labFailureOf } from './lab-failure-of.ts';
import type { LabPlace } from './lab-place.ts';
import { lookAtArray } from './look-at-array.ts';
import { prepareLabParts } from './lab-parts.ts';
import { choosePort, ensureSshKeys, openSharedConnection, openSsh, waitForSsh, writeSshConfig } from './ssh-access.ts';
import { startLabMachine } from './start-lab-machine.ts';
import { readLabState, writeLabState } from './state-file.ts';

/** What a kept lab is made with. */
export interface KeptLabOptions {
  readonly place: LabPlace;
  readonly store: OpenStore;
  readonly scratch: Scratch;
  readonly raidlabVersion: string;
  readonly mirrors: Mirrors;
}

const lastLines = 20;
const lookTimeoutMs = 20_000;

/** The lab of a keeper; dispose it and its machine is gone. */
export class KeptLab implements AsyncDisposable {
  readonly #options: KeptLabOptions;
  readonly #over = Promise.withResolvers<undefined>();
  #emit: (event: EventBody) => void = () => undefined;
  #machine: Machine | undefined;
  #connection: HostProcess | undefined;
  #disks: KeptDisks | undefined;
  #written: Promise<unknown> = Promise.resolve();
  #state: LabState | undefined;

  /** Makes the lab of a place; its machine is off. */
  constructor(options: KeptLabOptions) {
    this.#options = options;
  }

  /** Resolves when the machine has been on and is off, however that came, and that is written down. */
  get over(): Promise<undefined> {
    return this.#over.promise;
  }

  /** Tells whether the machine is on. */
  get isOn(): boolean {
    return this.#machine !== undefined;
  }

  /** Does an act; its context gets the machine's events meanwhile. */
  async perform(ctx: Context, act: KeeperAct): Promise<ActDone> {
    this.#emit = ctx.emit;
    try {
      return await this.#perform({ signal: ctx.signal, emit: this.#takeEvent }, act);
    } catch (error) {
      throw labFailureOf(error, this.#options.place.name);
    } finally {
      this.#emit = () => undefined;
    }
  }

  /** Looks at the array in the guest; at any time, beside an act. Rejects with `lab/not-on` and as `lookAtArray` does. */
  async look(ctx: Context): Promise<ActDone> {
    const { guest } = this.#requireMachine();
    // Nobody who asks how a lab is wants to wait for a guest that hangs.
    using limited = withDeadline({ signal: ctx.signal, emit: () => undefined }, 'the guest to say how its array is', lookTimeoutMs);
    try {
      return { changed: false, picture: await lookAtArray(limited, guest) };
    } catch (error) {
      throw labFailureOf(error, this.#options.place.name);
    }
  }

  async #actOnDisk(ctx: Context, act: DiskAct, beyondRedundancy: boolean): Promise<ActDone> {
    this.#requireMachine();
    const picture = beyondRedundancy
      ? undefined
      : await this.look(ctx).then(
          ({ picture: seen }) => seen,
          () => undefined,
        );
    const change = planAllowedAct(this.#known(), act, { lab: this.#options.place.name, picture, beyondRedundancy });
    await this.#disks?.change(ctx, change);
    await this.#write({ disks: change.disks, faults: change.faults });
    return describeChange(change);
  }

  async #perform(ctx: Context, act: KeeperAct): Promise<ActDone> {
    switch (act.op) {
      case 'up':
        return this.#up(ctx, act.provision);
      case 'provision':
        return this.#provision(ctx);
      case 'halt':
        return this.#halt(ctx);
      case 'crash':
        return this.#crash();
      case 'reload':
        return this.#reload(ctx, act.kernel, act.provision);
      case 'disk':
        return this.#actOnDisk(ctx, act.act, act.beyondRedundancy);
      case 'look':
        return this.look(ctx);
      case 'dispose':
        await this.#end('crash', (machine) => machine[Symbol.asyncDispose]());
        return { changed: true };
    }
  }

  async #up(ctx: Context, provision: boolean): Promise<ActDone> {
    if (this.#machine !== undefined) return { changed: false };
    return this.#start(ctx, await readLabState(this.#options.place), provision);
  }

  async #start(ctx: Context, state: LabState, provision: boolean): Promise<ActDone> {
    const { place, store, scratch, mirrors } = this.#options;
    this.#state = state;
    const sshPort = await choosePort(state.sshPort, state.isSshPortAsked);
    await mkdir(place.logsHostPath, { recursive: true, mode: 0o700 });
    const scratchHostPath = join(scratch.socketHostPath, 'machine');
    await mkdir(scratchHostPath, { recursive: true, mode: 0o700 });
    const [parts] = await Promise.all([prepareLabParts(ctx, store, state, mirrors), ensureSshKeys(ctx, place)]);
    const started = await startLabMachine(ctx, { place, store, state, parts, sshPort, scratchHostPath, provision });
    this.#machine = started.machine;
    this.#disks = keepDisks(place, started.machine, state);
    try {
      this.#state = { ...state, ...started.changes, sshPort };
      // What a boot does comes first: what is built afterwards is mounted already.
      if (state.life.state !== 'off' || state.life.how !== 'new') await openStorage(ctx, started.machine);
      if (provision && !this.#state.isProvisioned) await this.#build(ctx, started.machine);
      const { tools, accelerator, qemu, kernel } = parts.parts;
      const machine = { kernelVersion: kernel.version, tools: tools.description, accelerator, qemuVersion: qemu.version };
      await this.#letIn(ctx, started.machine, sshPort, machine);
      await this.#write({ life: { state: 'on', at: now(), machine }, raidlabVersion: this.#options.raidlabVersion });
    } catch (error) {
      await this.#forget();
      await started.machine[Symbol.asyncDispose]();
      throw error;
    }
    return { changed: true };
  }

  /** Opens ssh, and the connection that others share; that one is not waited for. */
  async #letIn(ctx: Context, machine: Machine, sshPort: number, facts: LabMachineFacts): Promise<void> {
    const { place, scratch } = this.#options;
    const { layout, isProvisioned } = this.#known();
    const { kernelVersion: kernel, tools } = facts;
    const motd = formatMotd({ lab: place.name, kernel, tools, layout, isProvisioned });
    await openSsh(ctx, machine.guest, place, motd);
    await writeSshConfig(place, sshPort, join(scratch.socketHostPath, 'ssh.sock'));
    await waitForSsh(ctx, place.name, sshPort);
    this.#connection = await openSharedConnection(ctx, place);
  }

  async #provision(ctx: Context): Promise<ActDone> {
    const machine = this.#requireMachine();
    if (this.#known().isProvisioned) return { changed: false };
    await this.#build(ctx, machine);
    return { changed: true };
  }

  async #build(ctx: Context, machine: Machine): Promise<void> {
    const { layout, luksUuids } = this.#known();
    for (const planned of planCreateArray(planArray(layout, luksUuids))) {
      ctx.emit({ type: 'command-typed', machine: machine.name, argv: planned.argv, command: formatCommand(planned) });
      await typeCommand(ctx, machine.guest, planned);
    }
    await this.#write({ isProvisioned: true });
  }

  async #halt(ctx: Context): Promise<ActDone> {
    const machine = this.#machine;
    if (machine === undefined) return { changed: false };
    await this.#end('halt', () => machine.shutdown(ctx));
    return { changed: true };
  }

  async #crash(): Promise<ActDone> {
    const machine = this.#machine;
    if (machine === undefined) return { changed: false };
    await this.#end('crash', () => machine.crash());
    return { changed: true };
  }

  async #reload(ctx: Context, kernel: string | null, provision: boolean): Promise<ActDone> {
    const { place, store, mirrors } = this.#options;
    const state = await readLabState(place);
    const next = kernel === null ? state : { ...state, kernel };
    // A kernel that cannot be had is told while the machine is still on.
    await prepareLabParts(ctx, store, next, mirrors);
    await this.#stop('halt', (machine) => machine.shutdown(ctx));
    const off = await readLabState(place);
    return this.#start(ctx, { ...off, kernel: next.kernel }, provision);
  }

  async #end(how: 'halt' | 'crash', act: (machine: Machine) => PromiseLike<void>): Promise<void> {
    await this.#stop(how, act);
    this.#over.resolve(undefined);
  }

  /** Turns the machine off by an act, and writes down how; while it works the machine's end is nobody's surprise. */
  async #stop(how: 'halt' | 'crash', act: (machine: Machine) => PromiseLike<void>): Promise<void> {
    const machine = this.#machine;
    if (machine === undefined) return;
    await act(machine);
    await this.#forget();
    await machine[Symbol.asyncDispose]();
    await this.#write({ life: { state: 'off', how, at: now() } });
  }

  readonly #takeEvent = (event: EventBody): void => {
    this.#emit(event);
    if (event.type === 'machine-stopped' && event.how === 'died' && this.#machine !== undefined)
      void this.#die(this.#machine, event.detail);
  };

  async #die(machine: Machine, why: string): Promise<void> {
    const lastConsoleLines = machine.consoleLines().slice(-lastLines);
    await this.#forget();
    const life: LabLife = { state: 'died', at: now(), why, lastConsoleLines };
    await this.#write({ life }).catch(() => undefined);
    this.#over.resolve(undefined);
  }

  async #forget(): Promise<void> {
    this.#machine = undefined;
    this.#disks = undefined;
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.[Symbol.asyncDispose]();
  }

  #known(): LabState {
    if (this.#state === undefined) throw new Error('the state of the lab was not read');
    return this.#state;
  }

  #requireMachine(): Machine {
    if (this.#machine !== undefined) return this.#machine;
    throw new RaidlabError({
      area: 'lab',
      reason: 'not-on',
      lab: this.#options.place.name,
      how: 'it was not turned on',
      lastConsoleLines: [],
    });
  }

  async #write(changes: Partial<LabState>): Promise<void> {
    const state = { ...this.#known(), ...changes };
    this.#state = state;
    // One after the other: each writes the whole state.
    const written = this.#written.then(() => writeLabState(this.#options.place, state));
    this.#written = written.catch(() => undefined);
    await written;
  }

  /** Ends the machine, whatever state it is in. */
  async [Symbol.asyncDispose](): Promise<void> {
    const machine = this.#machine;
    if (machine === undefined) return;
    await this.#stop('crash', (running) => running.crash()).catch(() => undefined);
    await machine[Symbol.asyncDispose]();
  }
}

function now(): string {
  return new Date().toISOString();
}

/** Does what a boot does with the storage. What does not come up is the person's to see to: that is what a lab is for. */
async function openStorage(ctx: Context, machine: Machine): Promise<void> {
  const result = await tryCommand(ctx, machine.guest, planOpenAsBoot);
  if (result.exitCode === 0) return;
  ctx.emit({
    type: 'remark-made',
    text: `The storage did not come up as crypttab and fstab say: ${said(result).split('\n').at(-1) ?? ''}`,
  });
}
