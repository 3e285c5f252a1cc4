import type { WordToFillIn } from '../../core/facts/fill-in.ts';
import type { FactOf } from '../../core/facts/facts.ts';
import type { FoundArray } from '../../core/facts/found-array.ts';
import { nameOfArray } from '../../core/facts/names.ts';
import type { RehearsedArray, RehearsedMember } from '../../core/facts/rehearsal/rehearsed-array.ts';
import { describeLayout } from '../../core/layout/layout.ts';
import { planRealArray } from '../../core/runbook/array-of-facts.ts';
import { assumeSpeed } from '../../core/runbook/how-long.ts';
import type { RehearsalRecord } from '../../core/runbook/rehearsal-record.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { writeBeforehand, writeChapter } from '../../core/runbook/write-chapter.ts';
import type { ChapterInput } from '../../core/runbook/write-chapter.ts';
import { planBeforehand, planProcedure } from '../procedure.ts';
import { rehearsedDrillOn } from './rehearsed-drill.ts';

/** What a runbook is written from. */
export interface RunbookInput {
  /** The array, of facts that are typeable, and the words in them. */
  readonly found: FoundArray;
  readonly words: readonly WordToFillIn[];
  readonly host: FactOf<'host'> | undefined;
  readonly rehearsed: RehearsedArray;
  readonly seed: string;
  /** What each rehearsal came to, for each member that was lost. */
  readonly rehearsals: readonly { readonly lost: RehearsedMember; readonly record: RehearsalRecord }[];
}

/** What no rehearsal can show. */
const beyondRehearsals = [
  'That your disks, cables, controllers, memory and power do what they should while the array is repaired.',
  'How long it takes: the times are sizes divided by an assumed speed.',
  'What other programs do with the array meanwhile.',
];

/** Writes the runbook of an array: a chapter for each member whose rehearsal held. */
export function writeRunbook({ found, words, host, rehearsed, seed, rehearsals }: RunbookInput): Runbook {
  const speed = assumeSpeed(found);
  const held = rehearsals.filter(({ record }) => record.verdict === 'held');
  const record = held[0]?.record;
  const drill = rehearsedDrillOn(rehearsed);
  const inputs = held.map(({ lost, record: { printed, checks } }): ChapterInput => {
    const { array, words: real } = planRealArray(found, { layout: rehearsed.layout, lostMember: lost.number });
    return {
      found,
      lost,
      array,
      words: real,
      standIns: words,
      steps: planProcedure(drill, array),
      stepsBeforehand: planBeforehand(drill, array),
      bytesPerSecond: speed.bytesPerSecond,
      printed,
      proved: checks.flatMap(({ claim, outcome }) => (outcome === 'held' ? [claim] : [])),
    };
  });
  const [first] = inputs;
  return {
    array: nameOfArray(found),
    rehearsal: {
      drill: drill.name,
      seed,
      kernel: record?.kernel ?? 'unknown',
      hostKernel: host?.kernel ?? null,
      tools: record?.tools ?? 'unknown',
      hostTools: host?.btrfsProgs ?? null,
      layout: describeLayout(rehearsed.layout),
    },
    speed: speed.said,
    beforehand: first === undefined ? null : writeBeforehand(first),
    chapters: inputs.map(writeChapter),
    withheld: rehearsals.flatMap(({ lost, record: { verdict, summary } }) =>
      verdict === 'held' ? [] : [{ lost: lost.name, why: `${verdict ?? 'not begun'}: ${summary ?? 'its drill came to no verdict.'}` }],
    ),
    notProved: [...rehearsed.differs, ...beyondRehearsals],
  };
}
