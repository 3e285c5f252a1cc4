import { RaidlabError } from '../../core/failure.ts';
import { isCrash } from '../../core/kernel/trouble.ts';
import type { KernelTrouble } from '../../core/kernel/trouble.ts';
import { armLimit } from '../context.ts';
import type { Context } from '../context.ts';
import type { MachineLife } from '../machine-life.ts';
import { createTroubleReporter } from './trouble-reporter.ts';

/** Reads a machine's console line by line, and ends the machine's life when its kernel has crashed. */
export interface ConsoleWatch extends Disposable {
  readonly takeLine: (line: string) => void;
  /** The console is closed, after `rest`: what was being reported is all that will ever be said. */
  readonly takeEnd: (rest: string) => void;
  /** The kernel told the pvpanic device that it panicked; the console has a moment to say why. */
  readonly takePanicEvent: () => void;
  readonly lines: () => readonly string[];
  readonly troubles: () => readonly KernelTrouble[];
}

/** From the line that announces a crash to the end of the machine's life, milliseconds. */
const defaultCrashGraceMs = 1000;

/** What our /init prints before it powers off; src/machine/image/guest-root. */
const initFailure = 'raidlab-init: failed: ';

/** Begins to watch. */
export function createConsoleWatch(
  ctx: Pick<Context, 'emit' | 'timeFactor'>,
  life: MachineLife,
  crashGraceMs = defaultCrashGraceMs,
): ConsoleWatch {
  const { machine } = life;
  const lines: string[] = [];
  const troubles: KernelTrouble[] = [];
  let panicking: Disposable | undefined;

  const report = (trouble: KernelTrouble): void => {
    troubles.push(trouble);
    ctx.emit({ type: 'kernel-trouble-seen', machine, trouble });
    if (isCrash(trouble)) life.declareEnd({ state: 'crashed', trouble });
  };
  const reporter = createTroubleReporter(ctx, report, crashGraceMs);
  const takeLine = (line: string): void => {
    lines.push(line);
    ctx.emit({ type: 'console-line-seen', machine, line });
    reporter.takeLine(line);
    if (!line.startsWith(initFailure)) return;
    life.declareEnd({ state: 'failed', error: new RaidlabError({ area: 'machine', reason: 'boot-failed', machine, said: line }) });
  };
  const closePanic = (): void => {
    panicking?.[Symbol.dispose]();
    reporter.close();
    if (!troubles.some(isCrash)) report(silentPanic(lines));
  };
  return {
    takeLine,
    takeEnd: (rest) => {
      if (rest !== '') takeLine(rest);
      if (panicking === undefined) reporter.close();
      else closePanic();
    },
    takePanicEvent: () => {
      panicking ??= armLimit(ctx, crashGraceMs, closePanic);
    },
    lines: () => lines,
    troubles: () => troubles,
    [Symbol.dispose]: () => {
      reporter[Symbol.dispose]();
      panicking?.[Symbol.dispose]();
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
