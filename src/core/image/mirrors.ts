/** Where to fetch Debian packages, as far as the person said; by default the mirror of the host's apt. */
export interface Mirrors {
  /**
   * Address of a Debian mirror as in sources.list(5), with options first if there are any: `[check-valid-until=no] http://…`. For all
   * suites without an address of their own.
   */
  readonly everySuite?: string;
  /** The same by suite. An entry also makes a suite known that raidlab does not know, such as an archived one. */
  readonly bySuite?: Readonly<Record<string, string>>;
}

/** The variable with the mirror for all suites; with `_SUITE` appended, for one: `RAIDLAB_MIRROR_TRIXIE_BACKPORTS`. */
export const mirrorVariable = 'RAIDLAB_MIRROR';

/** Gives the name of the variable for a suite's mirror. */
export function mirrorVariableOf(suite: string): string {
  return `${mirrorVariable}_${suite.toUpperCase().replaceAll('-', '_')}`;
}

/** Gives the suite whose mirror a variable names; undefined for other variables. */
export function suiteOfVariable(variable: string): string | undefined {
  const name = /^RAIDLAB_MIRROR_([A-Z][A-Z0-9_]*)$/u.exec(variable)?.[1];
  return name?.toLowerCase().replaceAll('_', '-');
}

/** Tells whether a text can stand in a line of sources.list(5) between `deb` and the suite. */
export function isMirrorAddress(text: string): boolean {
  return /^(?:\[[^[\]\n]+\] +)?[a-z][a-z0-9+.-]*:[^\s[\]]+$/iu.test(text);
}
