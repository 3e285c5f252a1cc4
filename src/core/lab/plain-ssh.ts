import { defaultLabName } from './lab-name.ts';

/** The parsed command line of `raidlab ssh`. */
export interface AskedSsh {
  readonly lab: string;
  /** The command and its arguments; none for a shell. */
  readonly words: readonly string[];
}

/** Reads exactly `ssh [--lab NAME] [-- COMMAND…]`; undefined for anything else, which the command-line parser handles. */
export function readPlainSsh(argv: readonly string[]): AskedSsh | undefined {
  const [command, ...rest] = argv;
  if (command !== 'ssh') return undefined;
  const [option, name, ...others] = rest;
  const isNamed = option === '--lab' && name !== undefined && !name.startsWith('-');
  const lab = isNamed ? name : defaultLabName;
  const [dashes, ...words] = isNamed ? others : rest;
  if (dashes === undefined) return { lab, words: [] };
  return dashes === '--' ? { lab, words } : undefined;
}
