/** What environment and stream say about the place where text goes. */
export interface StreamFacts {
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What may be written there. */
export interface TerminalCapabilities {
  readonly colour: boolean;
  /** Whether the locale is UTF-8. */
  readonly unicode: boolean;
  /** Whether lines may be rewritten: a person is looking at a terminal. */
  readonly live: boolean;
}

/**
 * Judges what a stream can show. NO_COLOR (no-color.org) and FORCE_COLOR (as Node reads it: `0` and `false` mean no) override the
 * terminal; a build server (`CI`) and a dumb terminal get no live region. Without a locale variable the locale is C, which is ASCII:
 * locale(7).
 */
export function judgeTerminal({ isTTY, env }: StreamFacts): TerminalCapabilities {
  const isDumb = env.TERM === 'dumb';
  const locale = firstSet(env.LC_ALL, env.LC_CTYPE, env.LANG) ?? '';
  return {
    colour: wantedColour(env) ?? (isTTY && !isDumb),
    unicode: /utf-?8/iu.test(locale),
    live: isTTY && !isDumb && (firstSet(env.CI) ?? 'false') === 'false',
  };
}

function wantedColour(env: StreamFacts['env']): boolean | undefined {
  const force = env.FORCE_COLOR;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return firstSet(env.NO_COLOR) === undefined ? undefined : false;
}

function firstSet(...values: readonly (string | undefined)[]): string | undefined {
  return values.find((value) => value !== undefined && value !== '');
}
