import { performance } from 'node:perf_hooks';
import { noPieces, plainPiece, splitPieces } from '../../core/boot/console-pieces.ts';
import { bootBegins, goOnFromEnd, observeBootPiece, observeBootPrompt } from '../../core/boot/observe-boot.ts';
import type { BootNote, BootObserved, BootState } from '../../core/boot/observe-boot.ts';
import type { BootSeen, UnitSeen } from '../../core/boot/boot-seen.ts';
import type { TimeLimit } from '../../core/text/time-limit.ts';
import { armLimit } from '../context.ts';
import type { Context } from '../context.ts';

/** How long a boot may take to an end, milliseconds: systemd gives a disk 90 s, and asks for several one after the other at worst. */
export const bootLimitMs = 300_000;

/** Anybody in the guest may write to the console. */
const mostUnits = 256;
const saidChars = 512;

/** How long somebody at the console takes to answer, milliseconds on a host of usual speed: what asks may throw away what was typed before it was ready. */
const answerAfterMs = 1000;

/** How a boot is watched. */
export interface BootWatchOptions {
  /** How long it may take to an end, milliseconds on a host of usual speed. */
  readonly limitMs?: number | undefined;
  /** Called a moment after a passphrase was asked for, each time. */
  readonly answer?: (() => void) | undefined;
}

/** A boot under way, as its console tells it. */
export interface BootWatch extends Disposable {
  readonly takeBytes: (bytes: Uint8Array) => void;
  /** The power is on: time runs from here. */
  readonly begin: () => void;
  /** Resolves when the installed system has taken over from its initramfs; as long as it does not, never. */
  readonly systemBegan: Promise<void>;
  /** Resolves at the boot's end, or at the limit. Never rejects, and never resolves when the machine is lost before. */
  readonly ended: Promise<BootSeen>;
  /** How the boot stands now. */
  readonly stands: () => BootSeen;
  /** Watches on from an end: resolves at the next one, or at a limit that begins now. Only after an end. */
  readonly goOn: () => Promise<BootSeen>;
}

/** Watches the console of a machine that boots an installed system; what is of note on it becomes events. */
export function watchBoot(
  ctx: Pick<Context, 'emit' | 'timeFactor'>,
  machine: string,
  { limitMs = bootLimitMs, answer }: BootWatchOptions = {},
): BootWatch {
  let ending = Promise.withResolvers<BootSeen>();
  const began = Promise.withResolvers<undefined>();
  const reader = readPieces();
  const units = keepUnits();
  let state = bootBegins;
  let lastPiece = 'nothing';
  let startedMs = performance.now();
  let limit: Disposable | undefined;
  let answering: Disposable | undefined;
  let isOver = false;

  const standing = (): Omit<BootSeen, 'limit' | 'units'> => ({ ...standOf(state, lastPiece), afterMs: performance.now() - startedMs });
  const finish = (passed: TimeLimit | null): void => {
    if (isOver) return;
    isOver = true;
    limit?.[Symbol.dispose]();
    answering?.[Symbol.dispose]();
    const seen = standing();
    ctx.emit({ type: 'boot-ended', machine, ...seen, limit: passed });
    ending.resolve({ ...seen, limit: passed, units: units.all() });
  };
  const tell = (note: BootNote): void => {
    const afterMs = performance.now() - startedMs;
    if (note.kind === 'unit' && !units.keep({ ...note, afterMs })) return;
    if (note.kind !== 'end') ctx.emit({ type: 'boot-noted', machine, note, afterMs });
  };
  const take = (observed: BootObserved): void => {
    ({ state } = observed);
    if (state.stage === 'system') began.resolve(undefined);
    if (observed.note !== null) tell(observed.note);
    if (observed.asks && answer !== undefined) answering = armLimit(ctx, answerAfterMs, answer);
    if (state.end !== null) finish(null);
  };
  return {
    takeBytes: (bytes) => {
      if (isOver) return;
      const { pieces, rest } = reader.read(bytes);
      for (const piece of pieces) {
        lastPiece = plainPiece(piece);
        take(observeBootPiece(state, piece));
      }
      take(observeBootPrompt(state, rest));
    },
    begin: () => {
      startedMs = performance.now();
      limit = armLimit(ctx, limitMs, finish);
    },
    systemBegan: began.promise,
    ended: ending.promise,
    stands: () => ({ ...standing(), limit: null, units: units.all() }),
    goOn: () => {
      if (!isOver) throw new Error('a boot goes on that has not ended');
      isOver = false;
      state = goOnFromEnd(state);
      reader.forget();
      ending = Promise.withResolvers<BootSeen>();
      limit = armLimit(ctx, limitMs, finish);
      return ending.promise;
    },
    [Symbol.dispose]: () => {
      isOver = true;
      answering?.[Symbol.dispose]();
      limit?.[Symbol.dispose]();
    },
  };
}

/** How a boot stands: where it ended, or what it says of itself. */
function standOf({ end, stage, waitingFor }: BootState, lastPiece: string): Pick<BootSeen, 'end' | 'stage' | 'said'> {
  return { end: end?.end ?? null, stage, said: (end?.said ?? waitingFor ?? lastPiece).slice(0, saidChars) };
}

/** A console's bytes as pieces, and what stands on its last line; what stands there can be forgotten. */
function readPieces() {
  const decoder = new TextDecoder();
  let state = noPieces;
  return {
    read: (bytes: Uint8Array) => {
      const split = splitPieces(state, decoder.decode(bytes, { stream: true }));
      ({ state } = split);
      return { pieces: split.pieces, rest: state.rest };
    },
    forget: () => {
      state = noPieces;
    },
  };
}

/** The units that did not start; of a flood the first ones. */
function keepUnits() {
  const kept: UnitSeen[] = [];
  return {
    all: (): readonly UnitSeen[] => [...kept],
    /** Whether there was room for it. */
    keep: ({ trouble, unit, said, afterMs }: UnitSeen): boolean => {
      if (kept.length >= mostUnits) return false;
      kept.push({ trouble, unit, said, afterMs });
      return true;
    },
  };
}
