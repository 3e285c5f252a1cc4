/** A stretch of a text, in UTF-16 units from its beginning. */
export interface TextSpan {
  readonly start: number;
  readonly length: number;
}

/** A value of a document and its place in the text: the result of a YAML parser, whichever it is. */
export type LocatedNode = ScalarNode | ListNode | MapNode | OtherNode;

/** A word, a number, true or false, or nothing at all. */
export interface ScalarNode {
  readonly is: 'scalar';
  readonly value: string | number | boolean | null;
  readonly span: TextSpan;
}

/** Items, one after the other. */
export interface ListNode {
  readonly is: 'list';
  readonly items: readonly LocatedNode[];
  readonly span: TextSpan;
}

/** Fields with their values. */
export interface MapNode {
  readonly is: 'map';
  readonly fields: readonly { readonly key: LocatedNode; readonly value: LocatedNode }[];
  readonly span: TextSpan;
}

/** Something that no layout can use. */
export interface OtherNode {
  readonly is: 'other';
  /** `an alias`. */
  readonly what: string;
  /** What to do about it, one sentence. */
  readonly remedy: string;
  readonly span: TextSpan;
}

/** A mistake at a place in a text. */
export interface LocatedMistake {
  readonly span: TextSpan;
  /** A sentence. */
  readonly problem: string;
  /** What to do about it, one or two sentences. */
  readonly remedy: string;
}

/** Describes a value for complaints: `"raid2"`, `the number 3`, `a list`. */
export function describeNode(node: LocatedNode): string {
  switch (node.is) {
    case 'scalar':
      return describeScalar(node.value);
    case 'list':
      return node.items.length === 0 ? 'an empty list' : 'a list';
    case 'map':
      return 'a group of fields';
    case 'other':
      return node.what;
  }
}

function describeScalar(value: ScalarNode['value']): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return `"${value}"`;
  return typeof value === 'number' ? `the number ${String(value)}` : String(value);
}
