import type { Member } from '../core/array/member.ts';
import type { Census } from '../core/payload/census.ts';
import { journalDirectory } from '../core/journal/journal-directory.ts';
import type { ArrayPlan } from '../core/plan/array.ts';
import type { ContainerPlan } from '../core/plan/container.ts';
import { promiseContent } from '../core/payload/promised-file.ts';
import type { PromisedFile } from '../core/payload/promised-file.ts';
import type { Check } from '../core/verdict/verdict.ts';
import type { Context } from '../machine/context.ts';
import type { Journal, JournalRecord } from '../storage/journal.ts';
import { startJournal } from '../storage/journal.ts';
import type { Payload } from '../storage/payload-image.ts';
import type { Promised } from '../storage/verify-files.ts';
import { DrillMembers } from './drill-members.ts';
import type { DrillRunOptions } from './drill-run-options.ts';
import type { WrittenTree } from './written-tree.ts';
import { DrillMachine } from './machine/drill-machine.ts';

/** How long the live writer may take for the records a step waits for, milliseconds; a pulled disk may cost it a SCSI time-out of 30 s. */
const journalTimeoutMs = 90_000;

/**
 * A drill under way: its machine, its array, what was written and what was promised.
 *
 * Steps act through it; what they type and see becomes events by itself. The machine comes and goes; disks and promises stay.
 */
export class DrillRun extends DrillMachine {
  readonly payload: Payload;
  readonly seed: string;
  /** What the live writer was told is durable, by segment. */
  readonly journals: JournalRecord[] = [];
  /** The trees of the payload that have been written, and where. */
  readonly writtenTrees: WrittenTree[] = [];
  /** What the procedure itself judged on the way, in order. */
  readonly checks: Check[] = [];
  readonly #predictedLosses: string[] = [];
  readonly #members: DrillMembers;
  #array: ArrayPlan;
  #census: Census | null = null;
  #promisedFiles: readonly PromisedFile[] = [];
  #journal: Journal | undefined;

  /** Makes the state of a drill that has not begun. */
  constructor(ctx: Context, options: DrillRunOptions) {
    super(ctx, options);
    this.#array = options.array;
    this.payload = options.payload;
    this.seed = options.seed;
    this.#members = new DrillMembers(options.array.members);
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

  /** Orderly power-off. A live writer is stopped first. */
  override async shutdown(): Promise<void> {
    await this.stopJournal();
    await super.shutdown();
  }

  /** Saves the machine, for drills to go on from there. */
  override async save(stateHostPath: string): Promise<void> {
    if (this.#promisedFiles.length > 0)
      throw new Error(`drill ${this.drill}: a build step may write trees only: a template keeps nothing else`);
    await super.save(stateHostPath);
  }

  /** Judges something that was seen on the way; the drill goes on, and its verdict counts it. */
  judge(check: Check): void {
    this.checks.push(check);
    this.ctx.emit({ type: 'check-judged', drill: this.drill, check });
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

  /** Starts the live writer on a new segment; every other one is where there is no copy on write, if the layout has such a place. */
  async startJournal(): Promise<void> {
    const segment = this.journals.length + 1;
    const below = journalDirectory(this.array, segment);
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
      mountPoint: this.#array.mountPoint,
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

  /** Goes on with an array that somebody has used: what fstab mounts of it and where, and everything that is on it, which is promised from now on. */
  adoptArray({ census, ...mounted }: Pick<ArrayPlan, 'mountPoint' | 'subvolume'> & { readonly census: Census }): void {
    this.#array = { ...this.#array, ...mounted };
    this.#census = census;
  }

  /** What the live writer was told until the power went stays promised. */
  protected override afterPowerOff(): void {
    this.#closeJournal();
  }

  protected override get acknowledgedRecords(): number {
    const records = [...this.journals, ...(this.#journal === undefined ? [] : [this.#journal.record()])];
    return records.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }

  #closeJournal(): void {
    if (this.#journal === undefined) return;
    this.journals.push(this.#journal.record());
    this.#journal[Symbol.dispose]();
    this.#journal = undefined;
  }
}
