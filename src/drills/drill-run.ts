import type { Member } from '../core/array/member.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import type { Census } from '../core/payload/census.ts';
import { journalDirectory } from '../core/journal/journal-directory.ts';
import type { ArrayPlan } from '../core/plan/array.ts';
import type { ContainerPlan } from '../core/plan/container.ts';
import { payloadSerial } from '../core/payload/payload-serial.ts';
import { promiseContent } from '../core/payload/promised-file.ts';
import type { PromisedFile } from '../core/payload/promised-file.ts';
import { faultExtentBytes } from '../core/fault/fault-extent.ts';
import type { Fault, StandingFault } from '../core/fault/fault.ts';
import type { Check } from '../core/verdict/verdict.ts';
import { steadyContext, withDeadline } from '../machine/context.ts';
import type { Context } from '../machine/context.ts';
import { KernelCrash } from '../machine/kernel-crash.ts';
import type { Guest } from '../machine/guest.ts';
import type { Machine } from '../machine/machine.ts';
import type { Journal, JournalRecord } from '../storage/journal.ts';
import { startJournal } from '../storage/journal.ts';
import type { Payload } from '../storage/payload-image.ts';
import type { Promised } from '../storage/verify-files.ts';
import { AlarmWatch } from './alarm/alarm-watch.ts';
import type { Alarm } from './alarm/alarm-watch.ts';
import { ArrayWatch } from './array-watch.ts';
import { DiskBays } from './disk-bays.ts';
import { DrillMembers } from './drill-members.ts';
import { JudgedKernelLog } from './judged-kernel-log.ts';
import type { KernelLog } from '../core/kernel/kernel-log.ts';
import { startFromKit } from './begin/machine-kit.ts';
import type { DrillRunOptions } from './drill-run-options.ts';
import type { MachineDisks, MachineKit } from './begin/machine-kit.ts';
import type { WrittenTree } from './written-tree.ts';
import { waitForDiskNames } from '../machine/start/wait-for-disk-names.ts';
import type { StartMachine } from '../machine/template/fork-or-boot.ts';
import { Typist } from './typist.ts';

/** How long the live writer may take for the records a step waits for, milliseconds; a pulled disk may cost it a SCSI time-out of 30 s. */
const journalTimeoutMs = 90_000;

/** How long a machine may take to switch off when its drill is over, milliseconds. */
const putToRestTimeoutMs = 60_000;

/**
 * A drill under way: the main machine, the disks it has, what was written and what was promised.
 *
 * Steps act through it; what they type and see becomes events by itself. The machine comes and goes
 * (`boot`, `shutdown`, `crash`); disks and promises stay.
 */
export class DrillRun extends Typist implements AsyncDisposable {
  readonly drill: string;
  readonly kit: MachineKit;
  readonly payload: Payload;
  readonly seed: string;
  /** What the live writer was told is durable, by segment. */
  readonly journals: JournalRecord[] = [];
  /** The trees of the payload that have been written, and where. */
  readonly writtenTrees: WrittenTree[] = [];
  /** What the procedure itself judged on the way, in order. */
  readonly checks: Check[] = [];
  readonly #machineName: string;
  readonly #bays: DiskBays;
  readonly #predictedLosses: string[] = [];
  readonly #members: DrillMembers;
  #array: ArrayPlan;
  #census: Census | null = null;
  #promisedFiles: readonly PromisedFile[] = [];
  readonly #kernelLog = new JudgedKernelLog();
  #machine: Machine | undefined;
  #journal: Journal | undefined;
  readonly #watch: ArrayWatch;
  #alarm: AlarmWatch | undefined;
  #boots = 0;

  /** Makes the state of a drill that has not begun. */
  constructor(ctx: Context, options: DrillRunOptions) {
    super(ctx);
    this.drill = options.drill;
    this.#array = options.array;
    this.kit = options.kit;
    this.payload = options.payload;
    this.seed = options.seed;
    this.#machineName = options.machineName ?? 'main';
    this.#bays = new DiskBays(options.disks);
    this.#members = new DrillMembers(options.array.members);
    this.#watch = new ArrayWatch(ctx, () => ({
      disks: this.#bays.all.filter(({ serial }) => serial !== payloadSerial),
      acknowledgedRecords: this.#acknowledgedRecords,
    }));
  }

  /** The array as it was planned, or as it was found. */
  get array(): ArrayPlan {
    return this.#array;
  }

  /** The members as the procedure has them now, by devid. */
  get members(): readonly Member[] {
    return this.#members.now;
  }

  /** Where the drill itself said last who belongs to the array; null as long as it has not. */
  get announcement(): Error | null {
    return this.#members.announcement;
  }

  /** The running machine; throws when it is off, which is a bug in a drill. */
  get machine(): Machine {
    if (this.#machine === undefined) throw new Error(`drill ${this.drill}: the machine is off`);
    return this.#machine;
  }

  /** Tells whether the machine is on. */
  get isOn(): boolean {
    return this.#machine !== undefined;
  }

  /** The inside of the running machine. */
  get guest(): Guest {
    return this.machine.guest;
  }

  /** The files of the machine, with the disks that are in it. */
  get disks(): MachineDisks {
    return this.#bays.inside;
  }

  /** Power on: a machine from the disks as they are, started as the kit does or as `start` says. */
  async boot(start?: StartMachine): Promise<void> {
    if (this.#machine !== undefined) throw new Error(`drill ${this.drill}: the machine is on already`);
    this.#boots += 1;
    this.#watch.stir();
    this.#machine = await startFromKit(this.ctx, this.kit, this.#lastMachineName, this.disks, start === undefined ? {} : { start });
  }

  /** Orderly power-off. A live writer is stopped first. */
  async shutdown(): Promise<void> {
    await this.stopJournal();
    await this.#withoutAlarm(async () => this.machine.shutdown(this.ctx));
    await this.#forgetMachine();
  }

  /** Saves the machine, for drills to go on from there. */
  async save(stateHostPath: string): Promise<void> {
    if (this.#promisedFiles.length > 0)
      throw new Error(`drill ${this.drill}: a build step may write trees only: a template keeps nothing else`);
    await this.machine.save(this.ctx, stateHostPath);
    await this.#forgetMachine();
  }

  /** Power cut. What the live writer was told until then stays promised. */
  async crash(): Promise<void> {
    await this.machine.crash();
    this.#closeJournal();
    await this.#forgetMachine();
  }

  /** Looks at the array, for events to tell how it is; at nothing when the machine is off. */
  async lookAtArray(): Promise<void> {
    if (this.#machine !== undefined) await this.#watch.look(this.guest);
    await this.#alarm?.look();
  }

  /** Runs a person's alarm from now on, until {@link endWatch}. */
  watchAlarm(alarm: Alarm): AlarmWatch {
    this.#alarm = new AlarmWatch(this.ctx, alarm, () => this.#machine);
    return this.#alarm;
  }

  /** The procedure is over, and with it the looks at its array. */
  endWatch(): void {
    this.#watch.end();
    this.#alarm?.[Symbol.dispose]();
  }

  /** Judges something that was seen on the way; the drill goes on, and its verdict counts it. */
  judge(check: Check): void {
    this.checks.push(check);
    this.ctx.emit({ type: 'check-judged', drill: this.drill, check });
  }

  /** Pulls a disk, out of the running machine or out of one that is off; it stays out over restarts. */
  async pullDisk(serial: string): Promise<void> {
    await this.#machine?.pullDisk(this.ctx, serial);
    this.#bays.takeOut(serial);
    this.#watch.stir();
    this.ctx.emit({ type: 'fault-injected', machine: this.#lastMachineName, fault: 'disk-pull', disk: serial, bytes: null });
  }

  /** Puts a disk back that was pulled, into the running machine or into one that is off; in a running one its name is there afterwards. */
  async insertDisk(serial: string): Promise<void> {
    const disk = this.#bays.putBack(serial);
    this.#watch.stir();
    this.ctx.emit({ type: 'fault-cleared', machine: this.#lastMachineName, fault: 'disk-pull', disk: serial });
    if (this.#machine === undefined) return;
    await this.#machine.insertDisk(this.ctx, disk);
    await waitForDiskNames(this.ctx, this.guest, [disk]);
  }

  /** Puts the disks of a machine that is off into its bays the other way round: its kernel finds them in another order. */
  reverseDisks(): void {
    if (this.#machine !== undefined) throw new Error(`drill ${this.drill}: the machine is on`);
    this.#bays.reverse();
  }

  /** Brings a fault about on a disk of the running machine; one that stands stays over restarts, until it is cleared. */
  async injectFault(fault: Fault): Promise<void> {
    await this.machine.injectFault(this.ctx, fault);
    this.#watch.stir();
    const { kind, disk } = fault;
    this.ctx.emit({ type: 'fault-injected', machine: this.machine.name, fault: kind, disk, bytes: faultExtentBytes(fault) });
  }

  /** Takes a standing fault away. */
  async clearFault(fault: StandingFault): Promise<void> {
    await this.machine.clearFault(this.ctx, fault);
    this.#watch.stir();
    this.ctx.emit({ type: 'fault-cleared', machine: this.machine.name, fault: fault.kind, disk: fault.disk });
  }

  /**
   * Predicts that files are lost, by their guest paths: the drill's budget. From now on the proof wants exactly these to be lost:
   * another one that is, or one of these that is not, breaks the promise.
   */
  predictLoss(guestPaths: readonly string[]): void {
    this.#predictedLosses.push(...guestPaths);
  }

  /** Promises the content (its XXH128) of a single file beside the trees, as it was written last; a step that builds may not. */
  promiseFile(guestPath: string, xxh128: string): void {
    this.#promisedFiles = promiseContent(this.#promisedFiles, guestPath, xxh128);
  }

  /** Leaves out of the proof what kernels have said so far: it belongs to the fault, as `because` says, and not to the repair. */
  forgiveKernelLog(because: string): void {
    this.#kernelLog.forgive(this.#machine);
    this.ctx.emit({ type: 'remark-made', text: `Kernel messages until now are ignored: ${because}` });
  }

  /** Starts the live writer on a new segment; every other one is where there is no copy on write, if the layout has such a place. */
  async startJournal(): Promise<void> {
    const segment = this.journals.length + 1;
    const below = journalDirectory(this.array.layout, segment);
    this.#journal = await startJournal(this.ctx, this.machine, { seed: this.seed, segment, below });
  }

  /** Stops the live writer, if it runs; what it was told is durable is promised from now on. */
  async stopJournal(): Promise<void> {
    if (this.#journal === undefined) return;
    await this.#journal.stop(this.ctx);
    this.#closeJournal();
  }

  /** Waits until the live writer has `count` more records on the array; at once when it is off. */
  async waitForJournal(count: number): Promise<void> {
    await this.#journal?.waitForMore(this.ctx, count, journalTimeoutMs);
  }

  /** What the kernels of the drill have said, as far as the proof judges it. */
  get kernelLog(): KernelLog {
    return this.#kernelLog.until(this.#machine);
  }

  /** Everything that must be on the array from now on. */
  get promised(): Promised {
    return {
      trees: this.writtenTrees.flatMap(({ tree, guestPath }) => {
        const manifest = this.payload.manifests.get(tree);
        return manifest === undefined ? [] : [{ guestPath, manifest }];
      }),
      files: this.#promisedFiles,
      journals: this.journals,
      seed: this.seed,
      predictedLosses: this.#predictedLosses,
      census: this.#census,
      subvolume: this.#array.subvolume,
    };
  }

  /** Puts a replaced member's successor in its place: a btrfs replace keeps the devid. */
  replaceMember(devid: number, container: ContainerPlan): void {
    this.#members.replace(devid, container);
  }

  /** Adds a member that btrfs gave the number. */
  addMember(devid: number, container: ContainerPlan): void {
    this.#members.add(devid, container);
  }

  /** Takes a member out that the array no longer has. */
  removeMember(devid: number): void {
    this.#members.remove(devid);
  }

  /** Takes the members as the array itself lists them. */
  adoptMembers(members: readonly Member[]): void {
    this.#members.adopt(members);
  }

  /** Takes the members with the containers that somebody made for them, whatever was planned for their disks. */
  adoptContainers(members: readonly Member[]): void {
    const containers = members.map(({ container }) => container);
    const others = [...this.#array.members, ...this.#array.spares].filter(
      ({ serial, mappingName }) => !containers.some((made) => made.serial === serial || made.mappingName === mappingName),
    );
    this.#array = { ...this.#array, members: containers, spares: others };
    this.#members.adopt(members);
  }

  /** Goes on with an array that somebody has used: what fstab mounts of it, and everything that is on it, which is promised from now on. */
  adoptArray(found: { readonly subvolume: string | null; readonly census: Census }): void {
    this.#array = { ...this.#array, subvolume: found.subvolume };
    this.#census = found.census;
  }

  /** Switches the machine off in order, where that is still possible: nothing is lost that its guest had finished. */
  async putToRest(): Promise<void> {
    if (this.#machine === undefined) return;
    using limited = withDeadline(steadyContext(this.ctx), 'the machine to switch off', putToRestTimeoutMs);
    try {
      await this.#machine.shutdown(limited);
    } catch (error) {
      if (!(error instanceof RaidlabError || error instanceof KernelCrash)) throw error;
      this.ctx.emit({
        type: 'remark-made',
        text: `The machine could not be shut down cleanly, so its power is cut: ${error.message}`,
      });
    }
  }

  /** Ends the machine, whatever state it is in. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#alarm?.[Symbol.dispose]();
    this.#closeJournal();
    await this.#forgetMachine();
  }

  /** The name of the machine that is on, or was on last. */
  get #lastMachineName(): string {
    return this.#boots <= 1 ? this.#machineName : `${this.#machineName}-${String(this.#boots)}`;
  }

  get #acknowledgedRecords(): number {
    const records = [...this.journals, ...(this.#journal === undefined ? [] : [this.#journal.record()])];
    return records.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }

  /** Looks at the array while a command that was typed works, and after it. */
  protected override async whileTyped<T>(argv: readonly string[], work: () => Promise<T>): Promise<T> {
    const typed = async (): Promise<T> => this.#watch.during(this.guest, argv, work);
    return this.#alarm === undefined ? typed() : this.#alarm.during(argv, typed);
  }

  async #withoutAlarm(work: () => Promise<void>): Promise<void> {
    await (this.#alarm === undefined ? work() : this.#alarm.holdBack(work));
  }

  #closeJournal(): void {
    if (this.#journal === undefined) return;
    this.journals.push(this.#journal.record());
    this.#journal[Symbol.dispose]();
    this.#journal = undefined;
  }

  async #forgetMachine(): Promise<void> {
    const machine = this.#machine;
    if (machine === undefined) return;
    this.#machine = undefined;
    this.#kernelLog.keep(machine);
    this.#bays.noteFaults(machine.faults());
    await machine[Symbol.asyncDispose]();
  }
}
