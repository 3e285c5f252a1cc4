import { bootDisk } from '../../core/boot/boot-disk.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { faultExtentBytes } from '../../core/fault/fault-extent.ts';
import type { Fault, StandingFault } from '../../core/fault/fault.ts';
import type { KernelLog } from '../../core/kernel/kernel-log.ts';
import { payloadSerial } from '../../core/payload/payload-serial.ts';
import { steadyContext, withDeadline } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import type { Guest } from '../../machine/guest.ts';
import { KernelCrash } from '../../machine/kernel-crash.ts';
import type { Machine } from '../../machine/machine.ts';
import { waitForDiskNames } from '../../machine/start/wait-for-disk-names.ts';
import { AlarmWatch } from '../alarm/alarm-watch.ts';
import type { Alarm } from '../alarm/alarm-watch.ts';
import { startFromKitBy } from '../begin/machine-kit.ts';
import type { MachineDisks, MachineKit, StartBy } from '../begin/machine-kit.ts';
import type { DrillRunOptions } from '../drill-run-options.ts';
import { Typist } from '../typist.ts';
import { ArrayWatch } from './array-watch.ts';
import { DiskBays } from './disk-bays.ts';
import { JudgedKernelLog } from './judged-kernel-log.ts';

/** How long a machine may take to switch off when its drill is over, milliseconds. */
const putToRestTimeoutMs = 60_000;

/**
 * The machine of a drill under way: its power, its disks and their faults, the looks at its array, and what its kernels said.
 *
 *     off ──boot──► on ──shutdown, crash──► off ──boot──► …
 *
 * The machine comes and goes; disks and faults stay.
 */
export abstract class DrillMachine extends Typist implements AsyncDisposable {
  readonly drill: string;
  readonly kit: MachineKit;
  readonly #name: string;
  readonly #bays: DiskBays;
  readonly #kernelLog = new JudgedKernelLog();
  readonly #watch: ArrayWatch;
  #alarm: AlarmWatch | undefined;
  #machine: Machine | undefined;
  #boots = 0;

  /** Makes a machine that is off. */
  constructor(ctx: Context, { drill, kit, disks, machineName }: DrillRunOptions) {
    super(ctx);
    this.drill = drill;
    this.kit = kit;
    this.#name = machineName ?? 'main';
    this.#bays = new DiskBays(disks);
    this.#watch = new ArrayWatch(ctx, () => ({
      disks: this.#bays.all.filter(({ serial }) => serial !== payloadSerial && serial !== bootDisk.serial),
      acknowledgedRecords: this.acknowledgedRecords,
    }));
  }

  /** How many records the live writer was told are durable. */
  protected abstract get acknowledgedRecords(): number;

  /** Called when the machine is off, however that came about, and before it is forgotten. */
  protected abstract afterPowerOff(): void;

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

  /** What the kernels of the drill have said, as far as the proof judges it. */
  get kernelLog(): KernelLog {
    return this.#kernelLog.until(this.#machine);
  }

  /** Power on: a machine from the disks as they are, started as the kit does. */
  async boot(): Promise<void> {
    await this.bootBy(this.kit.startMachine);
  }

  /** Power on in another way than the kit's own. */
  async bootBy<M extends Machine>(start: StartBy<M>): Promise<M> {
    if (this.#machine !== undefined) throw new Error(`drill ${this.drill}: the machine is on already`);
    this.#boots += 1;
    this.#watch.stir();
    const machine = await startFromKitBy(this.ctx, this.kit, this.#lastName, this.disks, start);
    this.#machine = machine;
    return machine;
  }

  /** Orderly power-off. */
  async shutdown(): Promise<void> {
    await this.#withoutAlarm(async () => this.machine.shutdown(this.ctx));
    await this.#forgetMachine();
  }

  /** Saves the machine, for drills to go on from there. */
  async save(stateHostPath: string): Promise<void> {
    await this.machine.save(this.ctx, stateHostPath);
    await this.#forgetMachine();
  }

  /** Power cut. */
  async crash(): Promise<void> {
    await this.machine.crash();
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

  /** Pulls a disk, out of the running machine or out of one that is off; it stays out over restarts. */
  async pullDisk(serial: string): Promise<void> {
    await this.#machine?.pullDisk(this.ctx, serial);
    this.#bays.takeOut(serial);
    this.#watch.stir();
    this.ctx.emit({ type: 'fault-injected', machine: this.#lastName, fault: 'disk-pull', disk: serial, bytes: null });
  }

  /**
   * Puts a disk back that was pulled, into the running machine or into one that is off; in a running one its name is there afterwards,
   * unless it is still booting, when its guest cannot be asked.
   */
  async insertDisk(serial: string, { isBooting = false } = {}): Promise<void> {
    const disk = this.#bays.putBack(serial);
    this.#watch.stir();
    this.ctx.emit({ type: 'fault-cleared', machine: this.#lastName, fault: 'disk-pull', disk: serial });
    if (this.#machine === undefined) return;
    await this.#machine.insertDisk(this.ctx, disk);
    if (!isBooting) await waitForDiskNames(this.ctx, this.guest, [disk]);
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

  /** Leaves out of the proof what kernels have said so far: it belongs to the fault, as `because` says, and not to the repair. */
  forgiveKernelLog(because: string): void {
    this.#kernelLog.forgive(this.#machine);
    this.ctx.emit({ type: 'remark-made', text: `Kernel messages until now are ignored: ${because}` });
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
    await this.#forgetMachine();
  }

  /** Looks at the array while a command that was typed works, and after it. */
  protected override async whileTyped<T>(argv: readonly string[], work: () => Promise<T>): Promise<T> {
    const typed = async (): Promise<T> => this.#watch.during(this.guest, argv, work);
    return this.#alarm === undefined ? typed() : this.#alarm.during(argv, typed);
  }

  /** The name of the machine that is on, or was on last. */
  get #lastName(): string {
    return this.#boots <= 1 ? this.#name : `${this.#name}-${String(this.#boots)}`;
  }

  async #withoutAlarm(work: () => Promise<void>): Promise<void> {
    await (this.#alarm === undefined ? work() : this.#alarm.holdBack(work));
  }

  async #forgetMachine(): Promise<void> {
    this.afterPowerOff();
    const machine = this.#machine;
    if (machine === undefined) return;
    this.#machine = undefined;
    this.#kernelLog.keep(machine);
    this.#bays.noteFaults(machine.faults());
    await machine[Symbol.asyncDispose]();
  }
}
