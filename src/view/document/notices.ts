import { exitCodes } from '../../core/exit-code.ts';
import type { RunResult } from '../../report/drill/result.ts';
import { element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import { failureList } from './trouble-list.ts';

/** Gives what a reader must know of a run before anything else: that it has no end, that it was interrupted, what failed beside the drills, what raidlab remarked. */
export function notices(result: RunResult, remarks: readonly string[]): Content {
  const ofTheRun = result.failures.filter(({ job }) => job === undefined);
  return [
    result.exitCode === null
      ? notice('This run has no end: it was killed, or it is not over. What is here is what it had written until then.')
      : null,
    result.exitCode === exitCodes.interrupted ? notice('This run was interrupted. What had no verdict by then has none.') : null,
    failureList(ofTheRun),
    remarks.map((remark) => element('p', { class: 'remark quiet' }, remark)),
  ];
}

function notice(text: string): Content {
  return element('p', { class: 'notice' }, text);
}
