/** Where the person says that Debian packages are fetched. Without a word, the mirror is the one that the host's apt uses. */
export interface Mirrors {
  /**
   * Address of a Debian mirror as sources.list(5) writes it, options first if there are any: `[check-valid-until=no] http://…`.
   * For every suite that has no address of its own.
   */
  readonly everySuite?: string;
  /** The same by suite. A suite that raidlab does not know, of an archive for one, is known when it is here. */
  readonly bySuite?: Readonly<Record<string, string>>;
}

/** The variable with the mirror of every suite; with `_SUITE` behind it, of one: `RAIDLAB_MIRROR_TRIXIE_BACKPORTS`. */
export const mirrorVariable = 'RAIDLAB_MIRROR';

/** Gives the name of the variable with a suite's mirror. */
export function mirrorVariableOf(suite: string): string {
  return `${mirrorVariable}_${suite.toUpperCase().replaceAll('-', '_')}`;
}

/** Gives the suite whose mirror is in a variable; undefined when the variable is not such a one. */
export function suiteOfVariable(variable: string): string | undefined {
  const name = /^RAIDLAB_MIRROR_([A-Z][A-Z0-9_]*)$/u.exec(variable)?.[1];
  return name?.toLowerCase().replaceAll('_', '-');
}

/** Says whether a text can stand in a line of sources.list(5) between `deb` and the suite. */
export function isMirrorAddress(text: string): boolean {
  return /^(?:\[[^[\]\n]+\] +)?[a-z][a-z0-9+.-]*:[^\s[\]]+$/iu.test(text);
}
