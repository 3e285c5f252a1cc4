import { ringOfLines } from '../../core/bounds/ring.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { isCrash } from '../../core/kernel/trouble.ts';
import type { KernelTrouble } from '../../core/kernel/trouble.ts';
import { armLimit } from '../context.ts';
import type { Context } from '../context.ts';
import type { MachineLife } from '../machine-life.ts';
import { createTroubleReporter } from './trouble-reporter.ts';

/** Reads a machine's console line by line, and ends the machine's life when its kernel has crashed. */
export interface ConsoleWatch extends Disposable {
  readonly takeLine: (line: string) => void;
  /** The console is closed, after `rest`: an open report gets no more lines. */
  readonly takeEnd: (rest: string) => void;
  /** The kernel told the pvpanic device that it panicked; the console has a moment to say why. */
  readonly takePanicEvent: () => void;
  /** Somebody types there until this is disposed: what the console says meanwhile may be theirs, and is not judged as the kernel's. */
  readonly attend: () => Disposable;
  /** The end of the output, up to a bound. */
  readonly lines: () => readonly string[];
  /** The latest line; `nothing` before the first. */
  readonly lastLine: () => string;
  /** The troubles found, up to a bound; always including a crash. */
  readonly troubles: () => readonly KernelTrouble[];
  readonly unkept: () => UnkeptConsole;
}

/** How much console output was not kept: every line was read, and all trouble seen, but a flood must not fill our memory. */
export interface UnkeptConsole {
  /** Lines before those that are kept. */
  readonly lines: number;
  /** Troubles after those that are kept. */
  readonly troubles: number;
}

/** From the line that announces a crash to the end of the machine's life, milliseconds. */
const defaultCrashGraceMs = 1000;

/** What our /init prints before it powers off; src/machine/image/guest-root. */
const initFailure = 'raidlab-init: failed: ';

/** A drill's console has some hundred lines, or some thousand with a dying disk. */
const lineBound = { items: 32_768, weight: 4 * 1024 * 1024 };
/** How many characters of a console become events; console.log has everything. */
const mostToldChars = 4 * 1024 * 1024;
/** Anybody who may write to /dev/kmsg can make up any number of reports. */
const mostTroubles = 64;
const mostTroubleChars = 4 * 1024 * 1024;

/** Begins to watch. */
export function createConsoleWatch(
  ctx: Pick<Context, 'emit' | 'timeFactor'>,
  life: MachineLife,
  crashGraceMs = defaultCrashGraceMs,
): ConsoleWatch {
  const { machine } = life;
  const lines = ringOfLines(lineBound);
  const troubles = keepTroubles();
  const tell = tellLines(ctx, machine);
  let panicking: Disposable | undefined;
  let attendants = 0;

  const report = (trouble: KernelTrouble): void => {
    if (troubles.add(trouble)) ctx.emit({ type: 'kernel-trouble-seen', machine, trouble });
    if (isCrash(trouble)) life.declareEnd({ state: 'crashed', trouble });
  };
  const reporter = createTroubleReporter(ctx, report, crashGraceMs);
  const takeLine = (line: string): void => {
    lines.add(line);
    tell.line(line);
    if (attendants > 0) return;
    reporter.takeLine(line);
    if (!line.startsWith(initFailure)) return;
    life.declareEnd({ state: 'failed', error: new RaidlabError({ area: 'machine', reason: 'boot-failed', machine, said: line }) });
  };
  const closePanic = (): void => {
    panicking?.[Symbol.dispose]();
    reporter.close();
    if (!troubles.kept().some(isCrash)) report(silentPanic(lines.kept().items));
  };
  return {
    takeLine,
    takeEnd: (rest) => {
      if (rest !== '') takeLine(rest);
      tell.end();
      if (panicking === undefined) reporter.close();
      else closePanic();
    },
    takePanicEvent: () => {
      panicking ??= armLimit(ctx, crashGraceMs, closePanic);
    },
    attend: () => {
      let isThere = true;
      attendants += 1;
      return {
        [Symbol.dispose]: () => {
          if (isThere) attendants -= 1;
          isThere = false;
        },
      };
    },
    lines: () => lines.kept().items,
    lastLine: () => lines.last ?? 'nothing',
    troubles: troubles.kept,
    unkept: () => ({ lines: lines.kept().dropped, troubles: troubles.unkept() }),
    [Symbol.dispose]: () => {
      reporter[Symbol.dispose]();
      panicking?.[Symbol.dispose]();
    },
  };
}

interface TroubleKeeper {
  /** Tells whether it is kept. */
  readonly add: (trouble: KernelTrouble) => boolean;
  readonly kept: () => readonly KernelTrouble[];
  readonly unkept: () => number;
}

function keepTroubles(): TroubleKeeper {
  const kept: KernelTrouble[] = [];
  let chars = 0;
  let unkept = 0;
  return {
    add: (trouble) => {
      const isFirstCrash = isCrash(trouble) && !kept.some(isCrash);
      const isKept = isFirstCrash || (kept.length < mostTroubles && chars < mostTroubleChars);
      if (isKept) {
        kept.push(trouble);
        chars += trouble.transcript.reduce((sum, line) => sum + line.length, 0);
      } else unkept += 1;
      return isKept;
    },
    kept: () => kept,
    unkept: () => unkept,
  };
}

/** Emits the lines of a console as events until it is a flood, and at the end how many more there were. */
function tellLines(ctx: Pick<Context, 'emit'>, machine: string): { readonly line: (line: string) => void; readonly end: () => void } {
  let toldChars = 0;
  let untold = 0;
  return {
    line: (line) => {
      toldChars += line.length + 1;
      if (toldChars > mostToldChars) untold += 1;
      else ctx.emit({ type: 'console-line-seen', machine, line });
    },
    end: () => {
      if (untold === 0) return;
      const text = `Machine ${machine} has flooded its console: ${String(untold)} lines are left out here; its console.log has the last of them.`;
      ctx.emit({ type: 'remark-made', text });
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
