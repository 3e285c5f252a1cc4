import { initialTroubleWatch, observeConsoleLine } from '../../core/kernel/observe-console-line.ts';
import { closeTroubleReport } from '../../core/kernel/observe-report.ts';
import { isCrash } from '../../core/kernel/trouble.ts';
import type { KernelTrouble } from '../../core/kernel/trouble.ts';
import { armLimit } from '../context.ts';
import type { Context } from '../context.ts';

/** Gathers reports of kernel trouble on a console, and closes those that do not end by themselves. */
export interface TroubleReporter extends Disposable {
  readonly takeLine: (line: string) => void;
  /** Hands out the open report as far as it has come. */
  readonly close: () => void;
}

// Nobody waits for a warning, and a busy host prints slowly.
const warningGraceMs = 5000;
// A panic caused by the trouble may follow a complete report.
const completeGraceMs = 150;

/**
 * Makes a reporter. The report of a crash goes to `onTrouble` when it has ended, at the latest `crashGraceMs` after the line that
 * announced it: a kernel that dies in the middle of a line must not delay anybody.
 */
export function createTroubleReporter(
  ctx: Pick<Context, 'timeFactor'>,
  onTrouble: (trouble: KernelTrouble) => void,
  crashGraceMs: number,
): TroubleReporter {
  let state = initialTroubleWatch;
  let closing: { readonly timer: Disposable; readonly isComplete: boolean } | undefined;

  const stopClosing = (): void => {
    closing?.timer[Symbol.dispose]();
    closing = undefined;
  };
  const close = (): void => {
    stopClosing();
    const open = closeTroubleReport(state);
    state = { ...state, report: null };
    if (open !== null) onTrouble(open);
  };
  const closeAfter = (ms: number, isComplete: boolean): void => {
    stopClosing();
    closing = { timer: armLimit(ctx, ms, close), isComplete };
  };
  const planClosing = (): void => {
    const open = closeTroubleReport(state);
    if (open === null || state.report === null) stopClosing();
    else if (closing === undefined) closeAfter(isCrash(open) ? crashGraceMs : warningGraceMs, false);
    else if (state.report.isComplete && !closing.isComplete) closeAfter(Math.min(completeGraceMs, crashGraceMs), true);
  };
  return {
    takeLine: (line) => {
      const { state: next, found } = observeConsoleLine(state, line);
      state = next;
      // A report that begins where another ends has its own time.
      if (found.length > 0) stopClosing();
      for (const trouble of found) onTrouble(trouble);
      planClosing();
    },
    close,
    [Symbol.dispose]: stopClosing,
  };
}
