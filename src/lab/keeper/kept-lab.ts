/** A lab as its keeper has it: what people and programs may ask of it, done to its machine, its array and its snapshots. */
import { mkdir } from 'node:fs/promises';
import type { ArrayPicture } from '../../core/array/array-picture.ts';
import type { EventBody } from '../../core/event.ts';
import { isDamage } from '../../core/fault/fault.ts';
import type { ActDone, KeeperAct, KeeperAside } from '../../core/lab/keeper-protocol.ts';
import type { DiskAct } from '../../core/lab/disk-act.ts';
import type { LabBoot, LabMachineFacts, LabState } from '../../core/lab/lab-state.ts';
import { formatMotd } from '../../core/lab/motd.ts';
import type { Mirrors } from '../../core/image/mirrors.ts';
import { planArray } from '../../core/plan/array.ts';
import type { Context } from '../../machine/context.ts';
import type { Machine } from '../../machine/machine.ts';
import type { BootedParts } from '../../machine/template/booted-template.ts';
import { prepareParts } from '../../machine/template/prepare-parts.ts';
import { actAside } from './act-aside.ts';
import { describeChange, planAllowedAct } from '../disks/act-on-disk.ts';
import { buildArray } from '../machine/build-array.ts';
import { KeptMachine } from './kept-machine.ts';
import type { KeptMachineOptions, Rise } from './kept-machine.ts';
import { labFailureOf } from './lab-failure-of.ts';
import { riseInstalled } from './rise-installed.ts';
import { openStorage } from '../machine/open-storage.ts';
import { requireSystemDisk } from '../machine/require-system-disk.ts';
import { settleRestore, stageRestore } from '../snapshot/restore-snapshot.ts';
import { resumeLabMachine, restoreFailure } from '../snapshot/resume-lab-machine.ts';
import { saveSnapshot } from '../snapshot/save-snapshot.ts';
import { describeHost, requireSameHost, requireSaving } from '../snapshot/snapshot-host.ts';
import { seeMoment, settleDisks } from '../disks/settle-disks.ts';
import { readSnapshot } from '../snapshot/snapshots.ts';
import { ensureSshKeys, openSsh } from '../machine/ssh-access.ts';
import { startLabMachine } from '../machine/start-lab-machine.ts';
import { readLabState } from '../place/state-file.ts';

/** What a kept lab is made with. */
export interface KeptLabOptions extends KeptMachineOptions {
  readonly mirrors: Mirrors;
}

/** The lab of a keeper; dispose it and its machine is gone. */
export class KeptLab implements AsyncDisposable {
  readonly #options: KeptLabOptions;
  readonly #kept: KeptMachine;
  #emit: (event: EventBody) => void = () => undefined;

  /** Makes the lab of a place; its machine is off. */
  constructor(options: KeptLabOptions) {
    this.#options = options;
    this.#kept = new KeptMachine(options);
  }

  /** Resolves when the machine has been on, is off for any reason, and that is recorded. */
  get over(): Promise<undefined> {
    return this.#kept.over;
  }

  /** Tells whether the machine is on. */
  get isOn(): boolean {
    return this.#kept.isOn;
  }

  /** Performs an act; its context receives the machine's events meanwhile. */
  async perform(ctx: Context, act: Exclude<KeeperAct, KeeperAside>): Promise<ActDone> {
    this.#emit = ctx.emit;
    try {
      return await this.#perform({ ...ctx, emit: this.#takeEvent }, act);
    } catch (error) {
      throw labFailureOf(error, this.#options.place.name);
    } finally {
      this.#emit = () => undefined;
    }
  }

  /** Serves a request beside an act. Rejects with `lab/not-on`, `lab/kernel-crashed`, and as `actAside` does. */
  async aside(ctx: Context, act: KeeperAside): Promise<ActDone> {
    const { guest } = this.#kept.requireBegun();
    try {
      const done = await actAside(ctx, guest, act, this.#kept.known.layout);
      if (done.picture !== undefined) await this.#settle(done.picture);
      return done;
    } catch (error) {
      throw labFailureOf(error, this.#options.place.name);
    }
  }

  async #actOnDisk(ctx: Context, act: DiskAct, beyondRedundancy: boolean): Promise<ActDone> {
    const { disks } = this.#kept.on;
    const { place } = this.#options;
    const wantsPicture = !beyondRedundancy || (act.do === 'break' && isDamage(act.fault));
    const picture = wantsPicture ? await this.#tryToLook(ctx) : undefined;
    const moment = await seeMoment(place, this.#kept.known.layout, act, picture);
    const change = planAllowedAct(this.#kept.known, act, { lab: place.name, picture, beyondRedundancy, moment });
    await disks.change(ctx, change);
    await this.#kept.write({ disks: change.disks, faults: change.faults });
    return describeChange(change);
  }

  /** Looks at the array, which settles fixed damage; undefined when the guest does not answer. */
  async #tryToLook(ctx: Context): Promise<ArrayPicture | undefined> {
    return this.aside(ctx, { op: 'look' }).then(
      ({ picture }) => picture,
      () => undefined,
    );
  }

  /** Once the machine is off nobody can ask it what a scrub has found; and only one that can be asked anything can be told to end. */
  async #settleBeforeEnd(ctx: Context): Promise<void> {
    if (!this.#kept.isOn) return;
    this.#kept.requireBegun();
    if (this.#kept.known.disks.some(({ damage }) => damage.length > 0)) await this.#tryToLook(ctx);
  }

  async #settle(picture: ArrayPicture): Promise<void> {
    const before = this.#kept.known;
    const settled = await settleDisks(this.#options.place, before, picture);
    const { disks } = this.#kept.known;
    // An act may have changed them meanwhile: only what was looked at is settled.
    const next = disks.map((disk) => settled[before.disks.indexOf(disk)] ?? disk);
    if (next.some((disk, index) => disk !== disks[index])) await this.#kept.write({ disks: next });
  }

  async #perform(ctx: Context, act: Exclude<KeeperAct, KeeperAside>): Promise<ActDone> {
    switch (act.op) {
      case 'up':
        return this.#up(ctx, act.provision);
      case 'provision':
        return this.#provision(ctx);
      case 'halt':
        await this.#settleBeforeEnd(ctx);
        return this.#end('halt', (machine) => machine.shutdown(ctx));
      case 'crash':
        return this.#end('crash', (machine) => machine.crash());
      case 'reload':
        return this.#reload(ctx, act.kernel, act.provision);
      case 'save-snapshot':
        return this.#saveSnapshot(ctx, act.name);
      case 'restore-snapshot':
        return this.#restoreSnapshot(ctx, act.name);
      case 'disk':
        return this.#actOnDisk(ctx, act.act, act.beyondRedundancy);
      case 'dispose':
        await this.#kept.end('crash', (machine) => machine[Symbol.asyncDispose]());
        return { changed: true };
    }
  }

  async #up(ctx: Context, provision: boolean): Promise<ActDone> {
    if (this.#kept.isOn) return { changed: false };
    return this.#start(ctx, await readLabState(this.#options.place), provision);
  }

  async #start(ctx: Context, state: LabState, provision: boolean): Promise<ActDone> {
    const { place } = this.#options;
    const [parts] = await Promise.all([this.#prepare(ctx, state), ensureSshKeys(ctx, place)]);
    const build = async (): Promise<boolean> => {
      if (!provision || this.#kept.known.isProvisioned) return false;
      await this.#build(ctx, this.#kept.on.machine, parts);
      return true;
    };
    const motd = (facts: LabMachineFacts): string => this.#motd(facts);
    const noteBoot = (boot: LabBoot): Promise<void> => this.#kept.noteBoot(boot);
    const array = planArray(state.layout, state.luksUuids);
    const ownRise: Rise = {
      begin: (start) => startLabMachine(ctx, { ...start, provision }),
      prepare: async ({ machine }, facts) => {
        // Boot storage first: what is built afterwards is already mounted.
        if (state.life.state !== 'off' || state.life.how !== 'new') await openStorage(ctx, machine);
        await build();
        await openSsh(ctx, machine.guest, place, motd(facts));
        return 'new-ssh';
      },
    };
    await this.#kept.rise(
      ctx,
      state,
      parts,
      state.boot === undefined ? ownRise : riseInstalled(ctx, { place, array, motd, build, noteBoot }),
    );
    return { changed: true };
  }

  #motd({ kernelVersion: kernel, tools }: LabMachineFacts): string {
    const { layout, isProvisioned, boot } = this.#kept.known;
    return formatMotd({ lab: this.#options.place.name, kernel, tools, layout, isProvisioned, isInstalled: boot !== undefined });
  }

  async #prepare(ctx: Context, state: LabState): Promise<BootedParts> {
    const { place, store, mirrors } = this.#options;
    await mkdir(place.logsHostPath, { recursive: true, mode: 0o700 });
    const { boot, ...wanted } = state;
    const system = boot === undefined ? undefined : 'installed';
    const parts = await prepareParts(ctx, store, { ...wanted, bus: state.layout.bus, system }, mirrors);
    // An installed system has its own console, and would log in at a second line, too.
    return { ...parts, network: {}, ...(boot === undefined ? { hasShellLine: true } : {}) };
  }

  async #saveSnapshot(ctx: Context, name: string): Promise<ActDone> {
    const { parts } = this.#kept.on;
    const machine = this.#kept.requireBegun();
    requireSaving(parts.qemu, this.#kept.known.layout.bus);
    const source = { machine, host: await describeHost(parts) };
    const saved = await saveSnapshot(ctx, this.#options.place, name, { state: this.#kept.known, source });
    return { changed: true, saved };
  }

  async #restoreSnapshot(ctx: Context, name: string): Promise<ActDone> {
    const { place } = this.#options;
    const snapshot = await readSnapshot(place, name);
    const parts = await this.#prepare(ctx, snapshot.record.state);
    await requireSameHost(snapshot, parts);
    await settleRestore(ctx, place);
    await using staged = await stageRestore(ctx, place, snapshot, true);
    await this.#kept.stop('crash', (machine) => machine.crash());
    const { sshPort, isSshPortAsked, life } = await readLabState(place);
    const state = { ...snapshot.record.state, sshPort, isSshPortAsked };
    await staged.put({ ...state, life });
    const begin: Rise['begin'] = (start) => resumeLabMachine(ctx, start, snapshot);
    const resumption: Rise = { begin, prepare: () => Promise.resolve('ssh-as-it-was') };
    try {
      await this.#kept.rise(ctx, state, parts, resumption);
    } catch (error) {
      await staged[Symbol.asyncDispose]();
      this.#kept.learn(await readLabState(place));
      throw restoreFailure(error, snapshot);
    }
    await staged.commit();
    return { changed: true };
  }

  async #provision(ctx: Context): Promise<ActDone> {
    const { parts } = this.#kept.on;
    const machine = this.#kept.requireBegun();
    if (this.#kept.known.isProvisioned) return { changed: false };
    await this.#build(ctx, machine, parts);
    return { changed: true };
  }

  async #build(ctx: Context, machine: Machine, parts: BootedParts): Promise<void> {
    await buildArray(ctx, machine, parts, this.#kept.known);
    await this.#kept.write({ isProvisioned: true });
  }

  async #end(how: 'halt' | 'crash', act: (machine: Machine) => PromiseLike<void>): Promise<ActDone> {
    if (!this.#kept.isOn) return { changed: false };
    await this.#kept.end(how, act);
    return { changed: true };
  }

  async #reload(ctx: Context, kernel: string | null, provision: boolean): Promise<ActDone> {
    const { place } = this.#options;
    const state = await readLabState(place);
    const next = kernel === null ? state : { ...state, kernel };
    // An unavailable kernel is reported while the machine is still on.
    await requireSystemDisk(place, await this.#prepare(ctx, next));
    await this.#settleBeforeEnd(ctx);
    await this.#kept.stop('halt', (machine) => machine.shutdown(ctx));
    const off = await readLabState(place);
    return this.#start(ctx, { ...off, kernel: next.kernel }, provision);
  }

  readonly #takeEvent = (event: EventBody): void => {
    this.#emit(event);
    this.#kept.takeEvent(event);
  };

  /** Ends the machine, in any state. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kept[Symbol.asyncDispose]();
  }
}
