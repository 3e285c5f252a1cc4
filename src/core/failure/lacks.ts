import { exitCodes } from '../exit-code.ts';
import type { Mend } from '../host/mend.ts';
import type { FailureDescription, FailureOf } from './description.ts';

/** The host lacks something that must be there before anything can be started or built (69). */
export type LacksFailure = FailureOf<
  'host',
  'lacks',
  { lacks: readonly { readonly name: string; readonly what: string; readonly why: string }[]; mend: Mend }
>;

/** Describes what a host lacks. */
export function describeLacks({ lacks, mend }: LacksFailure): FailureDescription {
  const command = mend.command === null ? [] : [`Type \`${mend.command}\`, then the same command again.`];
  return {
    exitCode: exitCodes.unavailable,
    what: `This host lacks what raidlab needs: ${lacks.map(({ name }) => name).join(', ')}.`,
    said: lacks.map(({ name, what, why }) => `${name}: ${what}; ${why}`).join('\n'),
    remedy: [...command, ...mend.advice].join(' '),
  };
}
