/** The ways in which a run can be reported. */
export const reporterNames = ['list', 'json', 'junit', 'tap', 'github', 'html', 'bundle'] as const;

/** One of them: the report for people, events as NDJSON, JUnit XML, TAP 14, GitHub annotations and step summary, a page for a browser, the whole run in one file. */
export type ReporterName = (typeof reporterNames)[number];

/** A requested reporter and its destination. */
export interface ReporterSpec {
  readonly name: ReporterName;
  /** As typed; undefined: standard output. */
  readonly file: string | undefined;
}

/** Parses `junit=report.xml` or `junit`; undefined when there is no such reporter, or the file has no name. */
export function parseReporterSpec(text: string): ReporterSpec | undefined {
  const [typed = '', ...rest] = text.split('=');
  const name = reporterNames.find((known) => known === typed);
  if (name === undefined) return undefined;
  if (rest.length === 0) return { name, file: undefined };
  const file = rest.join('=');
  return file === '' ? undefined : { name, file };
}

/** Formats a reporter as it is typed. */
export function formatReporterSpec({ name, file }: ReporterSpec): string {
  return file === undefined ? name : `${name}=${file}`;
}

/**
 * Gives the reporters of a run: the requested ones, and the report for people where standard output is free. GitHub's annotations may
 * share standard output.
 */
export function planReporters(asked: readonly ReporterSpec[]): readonly ReporterSpec[] {
  return takersOfOutput(asked).length > 0 ? asked : [{ name: 'list', file: undefined }, ...asked];
}

/** Gives the reporters that need standard output for themselves: only one can have it. */
export function takersOfOutput(specs: readonly ReporterSpec[]): readonly ReporterSpec[] {
  return specs.filter((spec) => (spec.file === undefined && spec.name !== 'github') || isSentBundle(spec));
}

/** Tells whether a reporter sends the run as a bundle to standard output: `bundle=-`. Then that is all of it that is kept. */
export function isSentBundle({ name, file }: ReporterSpec): boolean {
  return name === 'bundle' && file === '-';
}
