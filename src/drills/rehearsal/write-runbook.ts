import type { WordToFillIn } from '../core/facts/fill-in.ts';
import type { FactOf } from '../core/facts/facts.ts';
import type { FoundArray } from '../core/facts/found-array.ts';
import { nameOfArray } from '../core/facts/names.ts';
import type { RehearsedArray, RehearsedMember } from '../core/facts/rehearsal/rehearsed-array.ts';
import { describeLayout } from '../core/layout/layout.ts';
import { planRealArray } from '../core/runbook/array-of-facts.ts';
import { assumeSpeed } from '../core/runbook/how-long.ts';
import type { RehearsalRecord } from '../core/runbook/rehearsal-record.ts';
import type { Runbook } from '../core/runbook/runbook.ts';
import { writeChapter } from '../core/runbook/write-chapter.ts';
import { planProcedure } from './procedure.ts';
import { rehearsedDrill } from './rehearsal.ts';

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
  return {
    array: nameOfArray(found),
    rehearsal: {
      drill: rehearsedDrill.name,
      seed,
      kernel: record?.kernel ?? 'unknown',
      hostKernel: host?.kernel ?? null,
      tools: record?.tools ?? 'unknown',
      hostTools: host?.btrfsProgs ?? null,
      layout: describeLayout(rehearsed.layout),
    },
    speed: speed.said,
    chapters: held.map(({ lost, record: { printed, checks } }) => {
      const real = planRealArray(found, { layout: rehearsed.layout, lostMember: lost.number });
      return writeChapter({
        found,
        lost,
        array: real.array,
        words: real.words,
        standIns: words,
        steps: planProcedure(rehearsedDrill, real.array),
        bytesPerSecond: speed.bytesPerSecond,
        printed,
        proved: checks.flatMap(({ claim, outcome }) => (outcome === 'held' ? [claim] : [])),
      });
    }),
    withheld: rehearsals.flatMap(({ lost, record: { verdict, summary } }) =>
      verdict === 'held' ? [] : [{ lost: lost.name, why: `${verdict ?? 'not begun'}: ${summary ?? 'its drill came to no verdict.'}` }],
    ),
    notProved: [...rehearsed.differs, ...beyondRehearsals],
  };
}
