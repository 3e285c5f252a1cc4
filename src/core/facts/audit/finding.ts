/**
 * How bad a finding is. `danger`: data may be lost with the next fault, or is already. `trap`: it bites when a disk dies or at the next boot.
 * `care`: what an array needs and does not get. `note`: good to know; not wrong.
 */
export const severities = ['danger', 'trap', 'care', 'note'] as const;

/** How bad a finding is. */
export type Severity = (typeof severities)[number];

/** Something that is wrong with an array today. */
export interface AuditFinding {
  /** Kebab-case: `single-copy`. */
  readonly name: string;
  readonly severity: Severity;
  /** What the array is called. */
  readonly array: string;
  /** A sentence. */
  readonly what: string;
  /** What was seen, a line each. */
  readonly evidence: readonly string[];
  /** A sentence or two. */
  readonly why: string;
  /** Commands to type, or lines to write; words in capitals are to be filled in. */
  readonly type: readonly string[];
}
