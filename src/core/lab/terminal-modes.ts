/** The private modes of a terminal that were set or reset by what was shown on it: see ctlseqs of xterm, DECSET. */
export interface TerminalModes {
  readonly modes: ReadonlyMap<number, boolean>;
  /** What may be the beginning of a sequence. */
  readonly rest: string;
}

/** A terminal as it was handed over. */
export const untouchedModes: TerminalModes = { modes: new Map(), rest: '' };

/** Lines wrap, and the cursor is seen: DECAWM and DECTCEM. */
const setAtFirst: ReadonlySet<number> = new Set([7, 25]);

const longestSequence = 64;

/** Gives the modes after more was shown. */
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

/** Gives what takes these modes back, and the colours; nothing where nothing was touched. */
export function formatModeReset({ modes }: TerminalModes): string {
  const changed = [...modes].filter(([mode, isSet]) => isSet !== setAtFirst.has(mode));
  const resets = changed.map(([mode]) => `\u001b[?${String(mode)}${setAtFirst.has(mode) ? 'h' : 'l'}`);
  return `${resets.join('')}\u001b[0m`;
}
