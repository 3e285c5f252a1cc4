import { judgeLosses, sizeReplacement } from '../facts/audit/losses.ts';
import type { WordToFillIn } from '../facts/fill-in.ts';
import { properMembers } from '../facts/found-array.ts';
import type { FoundArray, FoundMember } from '../facts/found-array.ts';
import { specOf } from '../facts/names.ts';
import type { RehearsedMember } from '../facts/rehearsal/rehearsed-array.ts';
import { planMount, planUnmount } from '../plan/array.ts';
import type { ArrayPlan } from '../plan/array.ts';
import type { Command } from '../plan/command.ts';
import { formatCommand } from '../plan/command.ts';
import type { PlannedStep } from '../plan/drill-plan.ts';
import { lookAt, planCheckDeviceStats, planScrub, planSoftBalance } from '../plan/repair.ts';
import { formatSize } from '../text/size.ts';
import { guideFor, kindOfCommand } from './guide.ts';
import type { CommandKind, GuideFacts } from './guide.ts';
import { allocatedOn, mostAllocated } from './how-long.ts';
import { formatProse, plain, prose } from './prose.ts';
import type { Prose } from './prose.ts';
import type { RunbookBeforehand, RunbookChapter, RunbookCommand, RunbookStep, RunbookWord } from './runbook.ts';

/** What a chapter is made of. */
export interface ChapterInput {
  /** The array, of facts that are typeable. */
  readonly found: FoundArray;
  readonly lost: RehearsedMember;
  readonly array: ArrayPlan;
  /** The words of its names, and those that stand for stand-ins. */
  readonly words: readonly RunbookWord[];
  readonly standIns: readonly WordToFillIn[];
  /** The procedure of the drill, planned for this array. */
  readonly steps: readonly PlannedStep[];
  /** What is typed before anything fails. */
  readonly stepsBeforehand: readonly PlannedStep[];
  readonly bytesPerSecond: number;
  /** What commands printed in the rehearsal, the first first. */
  readonly printed: ReadonlyMap<CommandKind, readonly string[]>;
  readonly proved: readonly string[];
}

/** Writes what to do before any member dies; null where that is nothing. Throws as {@link writeChapter} does. */
export function writeBeforehand(input: ChapterInput): RunbookBeforehand | null {
  if (input.stepsBeforehand.length === 0) return null;
  const guided = guideCommands(input, sayInOrder(input.printed));
  const steps = input.stepsBeforehand.map((step) => guideStep(step, guided));
  return {
    why: plain(
      'There are chunks of other profiles than the array’s own, and a disk that dies takes those with it that have one copy. So do this while every disk is there; the rehearsals began with it.',
    ),
    words: usedWords(steps, [...input.words, ...input.standIns.map(wordOfStandIn)]),
    steps,
  };
}

/** Writes what to do when one member dies. Throws a RangeError when a command of the procedure has no guide. */
export function writeChapter(input: ChapterInput): RunbookChapter {
  const { lost, array, proved } = input;
  const member = memberOfChapter(input);
  const guided = guideCommands(input, sayInOrder(input.printed, input.stepsBeforehand));
  const steps: readonly RunbookStep[] = [
    ...input.steps.map((step) => guideStep(step, guided)),
    {
      title: 'See that it worked',
      commands: [
        ...[lookAt(array).filesystemUsage, planScrub(array), planCheckDeviceStats(array), planUnmount(array)].map((command) =>
          guided(command),
        ),
        guided(planMount(array), 'mount-again'),
      ],
      notes: [plain('Then restart the machine as soon as it can be spared: only that shows that it comes up by itself.')],
    },
  ];
  return {
    lost: lost.name,
    before: member === undefined ? [] : beforeOf(input, member),
    words: usedWords(steps, [...input.words, ...input.standIns.map(wordOfStandIn)]),
    steps,
    stoodFor: stoodForOf(array),
    proved,
  };
}

type GuideCommand = (command: Command, kind?: CommandKind) => RunbookCommand;

function memberOfChapter({ found, lost }: ChapterInput): FoundMember | undefined {
  return properMembers(found).find(({ devid }) => devid === lost.devid);
}

/** Gives what says of a command all that is to be known of it on this array. */
function guideCommands(input: ChapterInput, said: (kind: CommandKind) => string | null): GuideCommand {
  const { found, lost, array, bytesPerSecond } = input;
  const member = memberOfChapter(input);
  const facts: GuideFacts = {
    mountPoint: array.mountPoint,
    lostBytes: member === undefined ? null : allocatedOn(found, member),
    mostBytes: mostAllocated(found),
    bytesPerSecond,
    lost: `devid ${String(lost.devid)}`,
  };
  return (command, kind = kindOfCommand(command.argv)) => ({
    command,
    ...guideFor(command, facts, kind),
    rehearsed: kind === undefined ? null : said(kind),
  });
}

function guideStep({ title, lines }: PlannedStep, guided: GuideCommand): RunbookStep {
  return {
    title,
    commands: lines.flatMap((line) => (line.kind === 'command' ? [guided(line.command)] : [])),
    notes: lines.flatMap((line) => (line.kind === 'act' ? [plain(line.text)] : [])),
  };
}

/** A lab's disks have numbers: members first, then the spare. */
function stoodForOf({ members, spares }: ArrayPlan): readonly Prose[] {
  return [...members, ...spares].map(({ serial }, index) => prose`${`DISK${String(index + 1)}`} stood for ${serial}`);
}

/** The same kind of command is typed in the same order in the lab and on the real array; those of `before` were typed already. */
function sayInOrder(printed: ChapterInput['printed'], before: readonly PlannedStep[] = []): (kind: CommandKind) => string | null {
  const counts = new Map<CommandKind, number>();
  for (const line of before.flatMap(({ lines }) => lines)) {
    const kind = line.kind === 'command' ? kindOfCommand(line.command.argv) : undefined;
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return (kind) => {
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return printed.get(kind)?.[count] ?? null;
  };
}

function wordOfStandIn({ word, is }: WordToFillIn): RunbookWord {
  return { word, find: [...plain(`${is}; the map that `), ...prose`${'raidlab collect'} keeps has it`] };
}

/** Only what stands in a command or in what is said of it. */
function usedWords(steps: readonly RunbookStep[], words: readonly RunbookWord[]): readonly RunbookWord[] {
  const texts = steps.flatMap(({ commands }) =>
    commands.flatMap(({ command, check, prints, otherwise }) => [
      formatCommand(command),
      ...[check ?? [], prints, ...otherwise.flatMap(({ says, then }) => [says, then])].map(formatProse),
    ]),
  );
  return words.filter(
    ({ word }, index) => words.findIndex((other) => other.word === word) === index && texts.some((text) => hasWord(text, word)),
  );
}

/** Tells whether a word to fill in stands in a text, not as the beginning or end of another. */
export function hasWord(text: string, word: string): boolean {
  return text.split(/(?<![A-Z0-9-])(?=[A-Z])|(?<=[A-Z0-9])(?![A-Z0-9-])/u).includes(word);
}

function beforeOf({ found, array, stepsBeforehand }: ChapterInput, member: FoundMember): readonly Prose[] {
  const [spare] = array.spares;
  const balance = formatCommand(planSoftBalance(array));
  const loses = judgeLosses(found).find(({ lost }) => lost.length > 0 && !member.isMissing);
  const byDevice = found.fstab.filter(({ by }) => by !== 'uuid' && by !== 'label');
  const others = found.crypttab.filter(({ otherOptions = 0 }) => otherOptions > 0);
  return [
    plain('Have a backup. Until the last step the failure of another disk loses data.'),
    prose`The rehearsal began with the machine switched off, the dead disk taken out, the new one put in. For an array that must stay in service, see ${'raidlab drills show replace-pulled-disk-online'}.`,
    ...diskWords(member),
    ...(found.fstab.length > 0
      ? []
      : [prose`fstab has no line for it: where this says ${formatCommand(planMount(array))}, mount it as you always do.`]),
    ...(spare === undefined || spare.keyGuestPath === null
      ? [prose`${'cryptsetup'} asks for the passphrase of each container; the new one gets the one that you type.`]
      : [prose`The new container gets a key of its own, ${spare.keyGuestPath}: see that no such file is there yet.`]),
    ...(loses === undefined || stepsBeforehand.length > 0
      ? []
      : [
          prose`Today the loss of a disk loses data: there are chunks with one copy. Before a disk dies, type ${balance}. The rehearsal began without them.`,
        ]),
    ...byDevice.map(
      (line) => prose`fstab mounts it by ${specOf(line)}, which may be the lost disk. Write ${`UUID=${found.uuid}`} in its place.`,
    ),
    ...(others.length === 0
      ? []
      : [plain('crypttab has options that the facts do not tell: copy them from the old line into the new one.')]),
    ...(member.layers.some(({ kind }) => kind === 'partition')
      ? [plain('The lost member was a partition. Give the new disk one of at least that size first, and fill in its name.')]
      : []),
  ];
}

function diskWords(member: FoundMember): readonly Prose[] {
  const size = sizeReplacement(member);
  if (size === null) return [];
  const { sectors, sectorsWithDefaultHeader, luksVersion } = size;
  const least = luksVersion === 1 ? sectors : Math.max(sectors, sectorsWithDefaultHeader ?? sectors);
  return [
    prose`A new disk (or partition) of at least ${String(least)} sectors of 512 bytes, ${formatSize(least * 512)}: ${'blockdev --getsz /dev/disk/by-id/NEW-DISK'} prints how many it has.`,
  ];
}
