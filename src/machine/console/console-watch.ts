import type { EventBody } from '../../core/event.ts';
import { closeTroubleReport, initialTroubleWatch, observeConsoleLine } from '../../core/kernel/observe-console-line.ts';
import { isCrash } from '../../core/kernel/trouble.ts';
import type { KernelTrouble } from '../../core/kernel/trouble.ts';
import type { MachineLife } from '../machine-life.ts';

/** Reads a machine's console line by line, and ends the machine's life when its kernel has crashed. */
export interface ConsoleWatch extends Disposable {
  takeLine(line: string): void;
  /** The console is closed: what was being reported is all that will ever be said. */
  takeEnd(rest: string): void;
  /** The kernel told the pvpanic device that it panicked; the console has a second to say why. */
  takePanicEvent(): void;
  lines(): readonly string[];
  troubles(): readonly KernelTrouble[];
}

/** How long the console is given, milliseconds. */
export interface ConsoleWatchOptions {
  /** From the line that announces a crash to the machine's end; 1000 unless given. */
  readonly crashGraceMs?: number;
}

/** What our /init prints before it powers off; src/machine/image/guest-root. */
const initFailure = /^raidlab-init: failed: /;

// Nobody waits for a warning, and a busy host prints slowly.
const warningGraceMs = 5000;
// A complete report may still be followed by the panic that it brings about.
const completeGraceMs = 150;

/** Begins to watch. */
export function createConsoleWatch(life: MachineLife, emit: (event: EventBody) => void, options: ConsoleWatchOptions = {}): ConsoleWatch {
  const { machine } = life;
  const crashGraceMs = options.crashGraceMs ?? 1000;
  const lines: string[] = [];
  const troubles: KernelTrouble[] = [];
  let state = initialTroubleWatch;
  let closing: NodeJS.Timeout | undefined;
  let panicking: NodeJS.Timeout | undefined;
  let isClosingComplete = false;

  const report = (trouble: KernelTrouble): void => {
    troubles.push(trouble);
    emit({ type: 'kernel-trouble-seen', machine, trouble });
    if (isCrash(trouble)) life.declareEnd({ state: 'crashed', trouble });
  };
  const stopClosing = (): void => {
    clearTimeout(closing);
    closing = undefined;
    isClosingComplete = false;
  };
  const closeReport = (): void => {
    stopClosing();
    const open = closeTroubleReport(state);
    state = { ...state, report: null };
    if (open !== null) report(open);
  };
  const planClosing = (): void => {
    const open = closeTroubleReport(state);
    if (open === null || state.report === null) {
      stopClosing();
    } else if (closing === undefined) {
      closing = setTimeout(closeReport, isCrash(open) ? crashGraceMs : warningGraceMs);
    } else if (state.report.isComplete && !isClosingComplete) {
      clearTimeout(closing);
      isClosingComplete = true;
      closing = setTimeout(closeReport, Math.min(completeGraceMs, crashGraceMs));
    }
  };
  const takeLine = (line: string): void => {
    lines.push(line);
    emit({ type: 'console-line-seen', machine, line });
    if (initFailure.test(line)) life.declareEnd({ state: 'failed', failure: { area: 'machine', reason: 'boot-failed', machine, said: line } });
    const step = observeConsoleLine(state, line);
    state = step.state;
    if (step.found.length > 0) stopClosing();
    for (const trouble of step.found) report(trouble);
    planClosing();
  };
  return {
    takeLine,
    takeEnd: (rest) => {
      if (rest !== '') takeLine(rest);
      closeReport();
    },
    takePanicEvent: () => {
      panicking ??= setTimeout(() => {
        closeReport();
        if (!troubles.some(isCrash)) report(silentPanic(lines));
      }, crashGraceMs);
    },
    lines: () => lines,
    troubles: () => troubles,
    [Symbol.dispose]: () => {
      stopClosing();
      clearTimeout(panicking);
    },
  };
}

function silentPanic(lines: readonly string[]): KernelTrouble {
  return {
    kind: 'panic',
    what: 'the kernel reported a panic to the machine, and nothing to the console',
    at: null,
    process: null,
    kernel: null,
    trace: [],
    during: null,
    atSeconds: null,
    transcript: lines.slice(-50),
  };
}
