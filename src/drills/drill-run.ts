import type { ArrayPlan } from '../core/plan/array.ts';
import { formatCommand } from '../core/plan/command.ts';
import type { Command } from '../core/plan/command.ts';
import type { ContainerPlan } from '../core/plan/container.ts';
import type { KernelTrouble } from '../core/kernel/trouble.ts';
import type { Context } from '../machine/context.ts';
import type { CommandResult, Guest, GuestProcess } from '../machine/guest.ts';
import type { DiskSpec, Machine } from '../machine/machine.ts';
import type { Journal, JournalRecord } from '../storage/journal.ts';
import { startJournal } from '../storage/journal.ts';
import type { Payload } from '../storage/payload-image.ts';
import type { Promised } from '../storage/verify-files.ts';
import { said, tryCommand, typeCommand } from '../storage/type-command.ts';
import { startFromKit } from './machine-kit.ts';
import type { MachineDisks, MachineKit } from './machine-kit.ts';
import type { StartMachine } from '../machine/template/fork-or-boot.ts';

/** How long the live writer may take for the records a step waits for, milliseconds; a pulled disk may cost it a SCSI time-out of 30 s. */
const journalTimeoutMs = 90_000;

/** A member of the array as it is now: its container and the number that btrfs knows it by. */
export interface Member {
  readonly devid: number;
  readonly container: ContainerPlan;
}

/** What a drill is run with. */
export interface DrillRunOptions {
  readonly drill: string;
  readonly array: ArrayPlan;
  readonly kit: MachineKit;
  /** The blank disks of the main machine, and its system disk. */
  readonly disks: MachineDisks;
  readonly payload: Payload;
  readonly seed: string;
  /** `main` unless given; after a restart it is `main-2`, … */
  readonly machineName?: string;
}

/**
 * A drill under way: the main machine, the disks it has, what was written and what was promised.
 *
 * Steps act through it; what they type and see becomes events by itself. The machine comes and goes
 * (`boot`, `shutdown`, `crash`); disks and promises stay.
 */
export class DrillRun implements AsyncDisposable {
  readonly ctx: Context;
  readonly drill: string;
  readonly array: ArrayPlan;
  readonly kit: MachineKit;
  readonly payload: Payload;
  readonly seed: string;
  /** The members as the procedure has them now, by devid. */
  readonly members: Member[];
  /** What the live writer was told is durable, by segment. */
  readonly journals: JournalRecord[] = [];
  /** The trees of the payload that have been written, by directory name. */
  readonly writtenTrees: string[] = [];
  /** Console lines of machines that are off. */
  readonly pastConsoleLines: string[] = [];
  readonly pastTroubles: KernelTrouble[] = [];
  readonly #machineName: string;
  #disks: MachineDisks;
  #machine: Machine | undefined;
  #journal: Journal | undefined;
  #boots = 0;

  /** Makes the state of a drill that has not begun. */
  constructor(ctx: Context, options: DrillRunOptions) {
    this.ctx = ctx;
    this.drill = options.drill;
    this.array = options.array;
    this.kit = options.kit;
    this.payload = options.payload;
    this.seed = options.seed;
    this.#machineName = options.machineName ?? 'main';
    this.#disks = options.disks;
    this.members = options.array.members.map((container, index) => ({ devid: index + 1, container }));
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
    return this.#disks;
  }

  /** Types a command of the procedure; throws CommandRefused when the tool refuses it. */
  async type(planned: Command): Promise<CommandResult> {
    this.#announce(planned);
    return typeCommand(this.ctx, this.guest, planned);
  }

  /** Types a command whose refusal is part of the story. */
  async try(planned: Command): Promise<CommandResult> {
    this.#announce(planned);
    return tryCommand(this.ctx, this.guest, planned);
  }

  /** Types a command that works on while the host does something else. */
  async start(planned: Command): Promise<GuestProcess> {
    this.#announce(planned);
    return this.guest.start(this.ctx, planned.argv);
  }

  /** Types a command that only looks, and puts what it said beside what that is worth. */
  async look(planned: Command, meaning: (result: CommandResult) => string): Promise<CommandResult> {
    // Not announced: the observation names the command itself.
    const result = await tryCommand(this.ctx, this.guest, planned);
    this.ctx.emit({
      type: 'observation-made',
      source: planned.argv.join(' '),
      exitCode: result.exitCode,
      said: said(result),
      meaning: meaning(result),
    });
    return result;
  }

  /** Power on: a machine from the disks as they are, started as the kit does or as `start` says. */
  async boot(start?: StartMachine): Promise<void> {
    if (this.#machine !== undefined) throw new Error(`drill ${this.drill}: the machine is on already`);
    this.#boots += 1;
    const name = this.#boots === 1 ? this.#machineName : `${this.#machineName}-${String(this.#boots)}`;
    this.#machine = await startFromKit(this.ctx, this.kit, name, this.#disks, start);
  }

  /** Orderly power-off. A live writer is stopped first. */
  async shutdown(): Promise<void> {
    await this.stopJournal();
    await this.machine.shutdown(this.ctx);
    await this.#forgetMachine();
  }

  /** Saves the machine, for drills to go on from there. */
  async save(stateHostPath: string): Promise<void> {
    await this.machine.save(this.ctx, stateHostPath);
    await this.#forgetMachine();
  }

  /** Power cut. What the live writer was told until then stays promised. */
  async crash(): Promise<void> {
    await this.machine.crash();
    this.#closeJournal();
    await this.#forgetMachine();
  }

  /** Pulls a disk out of the running machine; it stays out over restarts. */
  async pullDisk(serial: string): Promise<void> {
    await this.machine.pullDisk(this.ctx, serial);
    this.#disks = { ...this.#disks, disks: this.#disks.disks.filter((disk) => disk.serial !== serial) };
    this.ctx.emit({ type: 'fault-injected', machine: this.machine.name, fault: 'disk-pull', disk: serial });
  }

  /** Puts a disk into the running machine. */
  async insertDisk(disk: DiskSpec): Promise<void> {
    await this.machine.insertDisk(this.ctx, disk);
    this.#disks = { ...this.#disks, disks: [...this.#disks.disks, disk] };
  }

  /** Starts the live writer on a new segment. */
  async startJournal(): Promise<void> {
    this.#journal = await startJournal(this.ctx, this.machine, { seed: this.seed, segment: this.journals.length + 1 });
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

  /** Everything that must be on the array from now on. */
  get promised(): Promised {
    return {
      manifests: this.writtenTrees.flatMap((tree) => this.payload.manifests.get(tree) ?? []),
      journals: this.journals,
      seed: this.seed,
    };
  }

  /** Puts a replaced member's successor in its place: a btrfs replace keeps the devid. */
  replaceMember(devid: number, container: ContainerPlan): void {
    const index = this.members.findIndex((member) => member.devid === devid);
    if (index === -1) throw new Error(`drill ${this.drill}: no member has devid ${String(devid)}`);
    this.members[index] = { devid, container };
  }

  /** Ends the machine, whatever state it is in. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closeJournal();
    await this.#forgetMachine();
  }

  #announce(planned: Command): void {
    this.ctx.emit({ type: 'command-typed', machine: this.guest.machine, argv: planned.argv, command: formatCommand(planned) });
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
    this.pastConsoleLines.push(...machine.consoleLines());
    this.pastTroubles.push(...machine.troubles());
    await machine[Symbol.asyncDispose]();
  }
}
