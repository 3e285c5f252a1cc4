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
import { readBootPiece, readBootPrompt, readPassphrasePrompt } from './boot-word.ts';
import type { BootEnd, BootStage, BootWord } from './boot-word.ts';

/** Something of note on the way, or the end. */
export type BootNote = BootWord;

/** How a boot stands. */
export interface BootState {
  readonly stage: BootStage;
  /** What is waited for now, in systemd's words, or the passphrase that is asked for; null: nothing was said of it. */
  readonly waitingFor: string | null;
  /** The passphrase that the console's last line asks for; null: none. */
  readonly asking: string | null;
  readonly end: { readonly end: BootEnd; readonly said: string } | null;
  /** The waits that were noted, so that each is noted once. */
  readonly notedWaits: readonly string[];
}

/** At power-on. */
export const bootBegins: BootState = { stage: 'kernel', waitingFor: null, asking: null, end: null, notedWaits: [] };

/** Anybody in the guest may write to the console. */
const mostNotedWaits = 256;

/** A state, and what is new in it; null when nothing is. */
export interface BootObserved {
  readonly state: BootState;
  readonly note: BootNote | null;
  /** Whether a passphrase is asked for that was not asked for before: after a wrong one the same is asked again. */
  readonly asks: boolean;
}

/** Takes a piece of the console that has ended. */
export function observeBootPiece(state: BootState, piece: string): BootObserved {
  const text = plainPiece(piece);
  const prompt = readPassphrasePrompt(text);
  // The kernel may have said something behind the prompt before anybody saw it stand last.
  const observed = observe(state, readBootPiece(text, state.stage) ?? prompt);
  const isAnswered = prompt !== null && !kernelSaid.test(text);
  return { ...observed, state: { ...observed.state, asking: null, ...(isAnswered ? { waitingFor: null } : {}) } };
}

/** A line of the kernel with its time. */
const kernelSaid = /\[ *\d+\.\d{6}\] /u;

/** Takes what stands on the console's last line now. */
export function observeBootPrompt(state: BootState, rest: string): BootObserved {
  return observe(state, readBootPrompt(plainPiece(rest), state.stage));
}

/** Gives the boot as it is when somebody at the console goes on from where it ended. */
export function goOnFromEnd(state: BootState): BootState {
  return { ...state, waitingFor: null, asking: null, end: null };
}

function observe(state: BootState, word: BootWord | null): BootObserved {
  if (word === null || state.end !== null) return { state, note: null, asks: false };
  switch (word.kind) {
    case 'stage':
      return { state: { ...state, stage: word.stage, waitingFor: null }, note: word, asks: false };
    case 'unit':
      return { state, note: word, asks: false };
    case 'wait':
      return { ...noteWait(state, word, waitInWords(word), word.waitingFor), asks: false };
    case 'passphrase': {
      const observed = noteWait(state, word, `a passphrase (${word.said})`, word.said);
      return { ...observed, state: { ...observed.state, asking: word.said }, asks: state.asking === null };
    }
    case 'end':
      return { state: { ...state, waitingFor: null, end: { end: word.end, said: word.said } }, note: word, asks: false };
  }
}

function noteWait(state: BootState, note: BootNote, waitingFor: string, key: string): Omit<BootObserved, 'asks'> {
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
