import { performance } from 'node:perf_hooks';
import { noPieces, plainPiece, splitPieces } from '../../core/boot/console-pieces.ts';
import { bootBegins, observeBootPiece, observeBootPrompt } from '../../core/boot/observe-boot.ts';
import type { BootNote, BootObserved } from '../../core/boot/observe-boot.ts';
import type { BootSeen, UnitSeen } from '../../core/boot/boot-seen.ts';
import type { TimeLimit } from '../../core/text/time-limit.ts';
import { armLimit } from '../context.ts';
import type { Context } from '../context.ts';

/** How long a boot may take to an end, milliseconds: systemd gives a disk 90 s, and asks for several one after the other at worst. */
export const bootLimitMs = 300_000;

/** Anybody in the guest may write to the console. */
const mostUnits = 256;
const saidChars = 512;

/** A boot under way, as its console tells it. */
export interface BootWatch extends Disposable {
  readonly takeBytes: (bytes: Uint8Array) => void;
  /** The power is on: time runs from here. */
  readonly begin: () => void;
  /** Resolves when the installed system has taken over from its initramfs; as long as it does not, never. */
  readonly systemBegan: Promise<void>;
  /** Resolves at the boot's end, or at the limit. Never rejects, and never resolves when the machine is lost before. */
  readonly ended: Promise<BootSeen>;
}

/** Watches the console of a machine that boots an installed system; what is of note on it becomes events. */
export function watchBoot(ctx: Pick<Context, 'emit' | 'timeFactor'>, machine: string, limitMs = bootLimitMs): BootWatch {
  const { promise: ended, resolve } = Promise.withResolvers<BootSeen>();
  const began = Promise.withResolvers<undefined>();
  const decoder = new TextDecoder();
  const units: UnitSeen[] = [];
  let state = bootBegins;
  let pieces = noPieces;
  let lastPiece = 'nothing';
  let startedMs = performance.now();
  let limit: Disposable | undefined;
  let isOver = false;

  const finish = (passed: TimeLimit | null): void => {
    if (isOver) return;
    isOver = true;
    limit?.[Symbol.dispose]();
    const said = state.end?.said ?? state.waitingFor ?? lastPiece;
    const seen = {
      end: state.end?.end ?? null,
      stage: state.stage,
      said: said.slice(0, saidChars),
      afterMs: performance.now() - startedMs,
    };
    ctx.emit({ type: 'boot-ended', machine, ...seen, limit: passed });
    resolve({ ...seen, limit: passed, units });
  };
  const tell = (note: BootNote): void => {
    const afterMs = performance.now() - startedMs;
    if (note.kind === 'unit') {
      if (units.length >= mostUnits) return;
      const { trouble, unit, said } = note;
      units.push({ trouble, unit, said, afterMs });
    }
    if (note.kind !== 'end') ctx.emit({ type: 'boot-noted', machine, note, afterMs });
  };
  const take = (observed: BootObserved): void => {
    ({ state } = observed);
    if (state.stage === 'system') began.resolve(undefined);
    if (observed.note !== null) tell(observed.note);
    if (state.end !== null) finish(null);
  };
  return {
    takeBytes: (bytes) => {
      if (isOver) return;
      const split = splitPieces(pieces, decoder.decode(bytes, { stream: true }));
      pieces = split.state;
      for (const piece of split.pieces) {
        lastPiece = plainPiece(piece);
        take(observeBootPiece(state, piece));
      }
      take(observeBootPrompt(state, pieces.rest));
    },
    begin: () => {
      startedMs = performance.now();
      limit = armLimit(ctx, limitMs, finish);
    },
    systemBegan: began.promise,
    ended,
    [Symbol.dispose]: () => {
      isOver = true;
      limit?.[Symbol.dispose]();
    },
  };
}
