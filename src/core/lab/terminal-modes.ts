/** A terminal's private modes that its output has set or reset: see xterm's ctlseqs, DECSET. */
export interface TerminalModes {
  readonly modes: ReadonlyMap<number, boolean>;
  /** What may be the beginning of a sequence. */
  readonly rest: string;
}

/** A terminal as it was taken over. */
export const untouchedModes: TerminalModes = { modes: new Map(), rest: '' };

/** Lines wrap, and the cursor is visible: DECAWM and DECTCEM. */
const setAtFirst: ReadonlySet<number> = new Set([7, 25]);

const longestSequence = 64;

/** Gives the modes after more output. */
export function observeTerminalModes({ modes, rest }: TerminalModes, shown: string): TerminalModes {
  const text = rest + shown;
  const next = new Map(modes);
  let end = 0;
  for (const found of text.matchAll(/\u001b\[\?([\d;]*)([hl])/gu)) {
    for (const mode of (found[1] ?? '').split(';')) if (mode !== '') next.set(Number(mode), found[2] === 'h');
    end = found.index + found[0].length;
  }
  const begun = text.lastIndexOf('\u001b');
  return { modes: next, rest: begun >= end && text.length - begun < longestSequence ? text.slice(begun) : '' };
}

/** Gives the sequences that undo these modes and reset colours; empty when nothing was changed. */
export function formatModeReset({ modes }: TerminalModes): string {
  const changed = [...modes].filter(([mode, isSet]) => isSet !== setAtFirst.has(mode));
  const resets = changed.map(([mode]) => `\u001b[?${String(mode)}${setAtFirst.has(mode) ? 'h' : 'l'}`);
  return `${resets.join('')}\u001b[0m`;
}
