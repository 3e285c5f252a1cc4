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
import type { ActDone, KeeperAct, KeeperAside } from '../core/lab/keeper-protocol.ts';
import type { LabLife, LabMachineFacts, LabState } from '../core/lab/lab-state.ts';
import type { DiskAct } from '../core/lab/disk-act.ts';
import { formatMotd } from '../core/lab/motd.ts';
import type { OpenStore } from '../machine/cache/open-store.ts';
import type { Scratch } from '../machine/cache/scratch.ts';
import type { Context } from '../machine/context.ts';
import type { HostProcess } from '../machine/host-process.ts';
import type { Machine } from '../machine/machine.ts';
import { actAside } from './act-aside.ts';
import { machineScratchName } from './attach-console.ts';
import { describeChange, planAllowedAct } from './act-on-disk.ts';
import { buildArray } from './build-array.ts';
import { keepDisks } from './kept-disks.ts';
import type { KeptDisks } from './kept-disks.ts';
import { labFailureOf } from './lab-failure-of.ts';
import type { LabPlace } from './lab-place.ts';
import { prepareLabParts } from './lab-parts.ts';
import type { LabParts } from './lab-parts.ts';
import { settleRestore, stageRestore } from './restore-snapshot.ts';
import { resumeLabMachine, restoreFailure } from './resume-lab-machine.ts';
import { saveSnapshot } from './save-snapshot.ts';
import { describeHost, requireSameHost, requireSavableBus, requireSaving } from './snapshot-host.ts';
import { readSnapshot } from './snapshots.ts';
import { openStorage } from './open-storage.ts';
import { choosePort, ensureSshKeys, openSharedConnection, openSsh, waitForSsh, writeSshConfig } from './ssh-access.ts';
import { startLabMachine } from './start-lab-machine.ts';
import type { LabStart, StartedLab } from './start-lab-machine.ts';
import { readLabState, writeLabState } from './state-file.ts';

/** What a kept lab is made with. */
export interface KeptLabOptions {
  readonly place: LabPlace;
  readonly store: OpenStore;
  readonly scratch: Scratch;
  readonly raidlabVersion: string;
  readonly mirrors: Mirrors;
}

/** How a lab's machine comes to be on. */
interface Rise {
  readonly begin: (start: Omit<LabStart, 'provision'>) => Promise<StartedLab>;
  /** Whether ssh has to begin; in a machine that goes on it is as it was, whatever a person did to it. */
  readonly isSshNew: boolean;
  /** What is done in it before people are let in. */
  readonly prepare: (machine: Machine, facts: LabMachineFacts) => Promise<void>;
}

const lastLines = 20;

/** The lab of a keeper; dispose it and its machine is gone. */
export class KeptLab implements AsyncDisposable {
  readonly #options: KeptLabOptions;
  readonly #over = Promise.withResolvers<undefined>();
  #emit: (event: EventBody) => void = () => undefined;
  #machine: Machine | undefined;
  #connection: HostProcess | undefined;
  #disks: KeptDisks | undefined;
  #parts: LabParts | undefined;
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
  async perform(ctx: Context, act: Exclude<KeeperAct, KeeperAside>): Promise<ActDone> {
    this.#emit = ctx.emit;
    try {
      return await this.#perform({ signal: ctx.signal, emit: this.#takeEvent }, act);
    } catch (error) {
      throw labFailureOf(error, this.#options.place.name);
    } finally {
      this.#emit = () => undefined;
    }
  }

  /** Does what waits for nobody, beside an act. Rejects with `lab/not-on`, `lab/kernel-crashed`, and as `actAside` does. */
  async aside(ctx: Context, act: KeeperAside): Promise<ActDone> {
    const { guest } = this.#requireMachine();
    try {
      return await actAside(ctx, guest, act);
    } catch (error) {
      throw labFailureOf(error, this.#options.place.name);
    }
  }

  async #actOnDisk(ctx: Context, act: DiskAct, beyondRedundancy: boolean): Promise<ActDone> {
    this.#requireMachine();
    const picture = beyondRedundancy
      ? undefined
      : await this.aside(ctx, { op: 'look' }).then(
          ({ picture: seen }) => seen,
          () => undefined,
        );
    const change = planAllowedAct(this.#known(), act, { lab: this.#options.place.name, picture, beyondRedundancy });
    await this.#disks?.change(ctx, change);
    await this.#write({ disks: change.disks, faults: change.faults });
    return describeChange(change);
  }

  async #perform(ctx: Context, act: Exclude<KeeperAct, KeeperAside>): Promise<ActDone> {
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
      case 'save-snapshot':
        return this.#saveSnapshot(ctx, act.name);
      case 'restore-snapshot':
        return this.#restoreSnapshot(ctx, act.name);
      case 'disk':
        return this.#actOnDisk(ctx, act.act, act.beyondRedundancy);
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
    const { place } = this.#options;
    const [parts] = await Promise.all([this.#prepare(ctx, state), ensureSshKeys(ctx, place)]);
    await this.#rise(ctx, state, parts, {
      isSshNew: true,
      begin: (start) => startLabMachine(ctx, { ...start, provision }),
      prepare: async (machine, facts) => {
        // What a boot does comes first: what is built afterwards is mounted already.
        if (state.life.state !== 'off' || state.life.how !== 'new') await openStorage(ctx, machine);
        if (provision && !this.#known().isProvisioned) await this.#build(ctx, machine);
        const { layout, isProvisioned } = this.#known();
        const motd = formatMotd({ lab: place.name, kernel: facts.kernelVersion, tools: facts.tools, layout, isProvisioned });
        await openSsh(ctx, machine.guest, place, motd);
      },
    });
    return { changed: true };
  }

  async #prepare(ctx: Context, state: LabState): Promise<LabParts> {
    const { place, store, mirrors } = this.#options;
    await mkdir(place.logsHostPath, { recursive: true, mode: 0o700 });
    return prepareLabParts(ctx, store, state, mirrors);
  }

  /** Brings the machine up and lets people in, or leaves nothing of it. */
  async #rise(ctx: Context, state: LabState, parts: LabParts, rise: Rise): Promise<void> {
    const { place, store, scratch, raidlabVersion } = this.#options;
    this.#state = state;
    const sshPort = await choosePort(state.sshPort, state.isSshPortAsked);
    const scratchHostPath = join(scratch.socketHostPath, machineScratchName);
    await mkdir(scratchHostPath, { recursive: true, mode: 0o700 });
    const started = await rise.begin({ place, store, state, parts, sshPort, scratchHostPath });
    this.#machine = started.machine;
    this.#disks = keepDisks(place, started.machine, state);
    this.#parts = parts;
    try {
      this.#state = { ...state, ...started.changes, sshPort };
      const { tools, accelerator, qemu, kernel } = parts.parts;
      const machine = { kernelVersion: kernel.version, tools: tools.description, accelerator, qemuVersion: qemu.version };
      await rise.prepare(started.machine, machine);
      await this.#letIn(ctx, sshPort, rise.isSshNew);
      await this.#write({ life: { state: 'on', at: now(), machine }, raidlabVersion });
    } catch (error) {
      await this.#forget();
      await started.machine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Waits for ssh, and opens the connection that others share; that one is not waited for. */
  async #letIn(ctx: Context, sshPort: number, isSshNew: boolean): Promise<void> {
    const { place, scratch } = this.#options;
    await writeSshConfig(place, sshPort, join(scratch.socketHostPath, 'ssh.sock'));
    if (isSshNew) await waitForSsh(ctx, place.name, sshPort);
    this.#connection = await openSharedConnection(ctx, place);
  }

  async #saveSnapshot(ctx: Context, name: string): Promise<ActDone> {
    const machine = this.#requireMachine();
    if (this.#parts === undefined) throw new Error('a machine is on, and nobody knows what it was made from');
    const { parts } = this.#parts;
    requireSaving(parts.qemu);
    requireSavableBus(this.#known().layout.bus);
    const source = { machine, host: await describeHost(parts) };
    const saved = await saveSnapshot(ctx, this.#options.place, name, { state: this.#known(), source });
    return { changed: true, saved };
  }

  async #restoreSnapshot(ctx: Context, name: string): Promise<ActDone> {
    const { place } = this.#options;
    const snapshot = await readSnapshot(place, name);
    const parts = await this.#prepare(ctx, snapshot.record.state);
    await requireSameHost(snapshot, parts.parts);
    await settleRestore(ctx, place);
    await using staged = await stageRestore(ctx, place, snapshot, true);
    await this.#stop('crash', (machine) => machine.crash());
    const { sshPort, isSshPortAsked, life } = await readLabState(place);
    const state = { ...snapshot.record.state, sshPort, isSshPortAsked };
    await staged.put({ ...state, life });
    const begin: Rise['begin'] = (start) => resumeLabMachine(ctx, start, snapshot);
    const resumption: Rise = { isSshNew: false, begin, prepare: () => Promise.resolve() };
    try {
      await this.#rise(ctx, state, parts, resumption);
    } catch (error) {
      await staged[Symbol.asyncDispose]();
      this.#state = await readLabState(place);
      throw restoreFailure(error, snapshot);
    }
    await staged.commit();
    return { changed: true };
  }

  async #provision(ctx: Context): Promise<ActDone> {
    const machine = this.#requireMachine();
    if (this.#known().isProvisioned) return { changed: false };
    await this.#build(ctx, machine);
    return { changed: true };
  }

  async #build(ctx: Context, machine: Machine): Promise<void> {
    await buildArray(ctx, machine, this.#known());
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
