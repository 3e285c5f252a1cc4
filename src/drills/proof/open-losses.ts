import type { Check } from '../../core/verdict/verdict.ts';
import type { Member } from '../../core/array/member.ts';

/** Members that are lost together. */
export type Loss = readonly Member[];

/** A loss to be examined. */
export interface Examination {
  readonly survivors: readonly Member[];
  readonly serials: readonly string[];
  /** The serials of the lost disks, in words. */
  readonly lost: string;
  readonly name: string;
  readonly claim: string;
  readonly machineName: string;
}

/** The queue of losses: machines that examine them side by side each take one that no other has taken. */
export interface OpenLosses {
  /** Takes the next; undefined when the queue is empty. */
  readonly take: () => Examination | undefined;
  /** Tells whether one is left. */
  readonly isLeft: () => boolean;
  /** Records the result of an examination. */
  readonly judge: (examination: Examination, check: Check) => void;
  /** The results so far, in the order of the losses, from any machine. */
  readonly checks: () => readonly Check[];
}

/** Opens losses of some of an array's members. */
export function openLosses(members: readonly Member[], losses: readonly Loss[]): OpenLosses {
  const planned = losses.map((lost) => planExamination(members, lost));
  const judged = new Map<Examination, Check>();
  let next = 0;
  return {
    take: () => planned[next++],
    isLeft: () => next < planned.length,
    judge: (examination, check) => {
      judged.set(examination, check);
    },
    checks: () => planned.flatMap((examination) => judged.get(examination) ?? []),
  };
}

function planExamination(members: readonly Member[], lostMembers: Loss): Examination {
  const survivors = members.filter((member) => !lostMembers.includes(member));
  const serials = survivors.map((member) => member.container.serial);
  const lostSerials = lostMembers.map((member) => member.container.serial);
  const lost = lostSerials.join(' and ');
  const only = serials.length === 1;
  const name = only ? `leg-alone-${serials.join('')}` : `without-${lostSerials.join('-')}`;
  const claim = only
    ? `${serials.join('')} alone serves every file and can be written: the array survives losing ${lost}`
    : `Without ${lost} the others serve every file and can be written`;
  return { survivors, serials, lost, name, claim, machineName: name.toLowerCase() };
}
