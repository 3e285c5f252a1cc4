/** The ways in which a run can be reported. */
export const reporterNames = ['list', 'json', 'junit', 'tap', 'github'] as const;

/** One of them: the report for people, events as NDJSON, JUnit XML, TAP 14, GitHub annotations and step summary. */
export type ReporterName = (typeof reporterNames)[number];

/** A reporter that was asked for, and where it goes. */
export interface ReporterSpec {
  readonly name: ReporterName;
  /** As it was typed; undefined: standard output. */
  readonly file: string | undefined;
}

/** Reads `junit=report.xml` or `junit`; undefined when there is no such reporter, or the file has no name. */
export function parseReporterSpec(text: string): ReporterSpec | undefined {
  const [typed = '', ...rest] = text.split('=');
  const name = reporterNames.find((known) => known === typed);
  if (name === undefined) return undefined;
  if (rest.length === 0) return { name, file: undefined };
  const file = rest.join('=');
  return file === '' ? undefined : { name, file };
}

/** Gives a reporter as it is typed. */
export function formatReporterSpec({ name, file }: ReporterSpec): string {
  return file === undefined ? name : `${name}=${file}`;
}

/**
 * Gives the reporters of a run: those that were asked for, and the report for people where standard output is free.
 * Annotations for GitHub are lines among others and take nothing from it.
 */
export function planReporters(asked: readonly ReporterSpec[]): readonly ReporterSpec[] {
  return takersOfOutput(asked).length > 0 ? asked : [{ name: 'list', file: undefined }, ...asked];
}

/** Gives those reporters that want standard output for themselves: more than one cannot have it. */
export function takersOfOutput(specs: readonly ReporterSpec[]): readonly ReporterSpec[] {
  return specs.filter(({ name, file }) => file === undefined && name !== 'github');
}
