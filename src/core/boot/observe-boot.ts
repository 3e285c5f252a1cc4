/**
 * A boot as its console tells it.
 *
 *     kernel ─► initramfs ─► system ─► login
 *                  │            └─► emergency
 *                  └─► initramfs-shell
 *
 * On the way: units that did not start, jobs that are waited for, a passphrase that is asked for. A boot without end stays where it is.
 */
import { plainPiece } from './console-pieces.ts';
import { readBootPiece, readBootPrompt } from './boot-word.ts';
import type { BootEnd, BootStage, BootWord } from './boot-word.ts';

/** Something of note on the way, or the end. */
export type BootNote = BootWord;

/** How a boot stands. */
export interface BootState {
  readonly stage: BootStage;
  /** What is waited for now, in systemd's words, or the passphrase that is asked for; null: nothing was said of it. */
  readonly waitingFor: string | null;
  readonly end: { readonly end: BootEnd; readonly said: string } | null;
  /** The waits that were noted, so that each is noted once. */
  readonly notedWaits: readonly string[];
}

/** At power-on. */
export const bootBegins: BootState = { stage: 'kernel', waitingFor: null, end: null, notedWaits: [] };

/** Anybody in the guest may write to the console. */
const mostNotedWaits = 256;

/** A state, and what is new in it; null when nothing is. */
export interface BootObserved {
  readonly state: BootState;
  readonly note: BootNote | null;
}

/** Takes a piece of the console that has ended. */
export function observeBootPiece(state: BootState, piece: string): BootObserved {
  return observe(state, readBootPiece(plainPiece(piece)));
}

/** Takes what stands on the console's last line now. */
export function observeBootPrompt(state: BootState, rest: string): BootObserved {
  return observe(state, readBootPrompt(plainPiece(rest)));
}

function observe(state: BootState, word: BootWord | null): BootObserved {
  if (word === null || state.end !== null) return { state, note: null };
  switch (word.kind) {
    case 'stage':
      return { state: { ...state, stage: word.stage, waitingFor: null }, note: word };
    case 'unit':
      return { state, note: word };
    case 'wait':
      return noteWait(state, word, waitInWords(word), word.waitingFor);
    case 'passphrase':
      return noteWait(state, word, word.said, word.said);
    case 'end':
      return { state: { ...state, waitingFor: null, end: { end: word.end, said: word.said } }, note: word };
  }
}

function noteWait(state: BootState, note: BootNote, waitingFor: string, key: string): BootObserved {
  const isNoted = state.notedWaits.includes(key) || state.notedWaits.length >= mostNotedWaits;
  return {
    state: { ...state, waitingFor, notedWaits: isNoted ? state.notedWaits : [...state.notedWaits, key] },
    note: isNoted ? null : note,
  };
}

function waitInWords({ waitingFor, elapsedSeconds, limitSeconds }: Extract<BootWord, { kind: 'wait' }>): string {
  const limit = limitSeconds === null ? 'no limit' : `at most ${String(limitSeconds)} s`;
  return `${waitingFor} (${String(elapsedSeconds)} s, ${limit})`;
}
