import { exitCodes } from '../exit-code.ts';
import type { FailureDescription, FailureOf } from './description.ts';

/** A mistake in a layout file, with its place. */
export interface PlacedMistake {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters. */
  readonly column: number;
  /** The line with a mark below it. */
  readonly excerpt: string;
  readonly problem: string;
  readonly remedy: string;
}

/** A layout file cannot be read, or describes an impossible layout: exit 64. */
export type LayoutFileFailure =
  | FailureOf<'usage', 'no-layout-file', { file: string; why: string }>
  /** At least one mistake, in the order of the text. */
  | FailureOf<'usage', 'bad-layout-file', { file: string; mistakes: readonly PlacedMistake[] }>;

/** Describes a failure of a layout file. */
export function describeLayoutFileFailure(failure: LayoutFileFailure): FailureDescription {
  const { usage } = exitCodes;
  if (failure.reason === 'no-layout-file') {
    return {
      exitCode: usage,
      what: `The layout ${failure.file} cannot be read: ${failure.why}.`,
      remedy: 'A word with a slash in it, or that ends in .yaml or .yml, is a file; examples/layout.yaml is an example.',
    };
  }
  return describeMistakes(failure, { is: 'a layout', page: 'docs/layouts.md' });
}

/** Describes the mistakes in a file. The first is reported; the others are listed below it. */
export function describeMistakes(
  { file, mistakes }: { readonly file: string; readonly mistakes: readonly PlacedMistake[] },
  { is, page }: { readonly is: string; readonly page: string },
): FailureDescription {
  const [first, ...others] = mistakes;
  const place = ({ line, column }: PlacedMistake): string => `${file}:${String(line)}:${String(column)}`;
  return {
    exitCode: exitCodes.usage,
    what: first === undefined ? `${file} is not ${is}.` : `${place(first)}: ${first.problem}.`,
    said: [
      ...(first === undefined ? [] : [first.excerpt]),
      ...others.flatMap((mistake) => [`${place(mistake)}: ${mistake.problem}. ${mistake.remedy}`, mistake.excerpt]),
    ].join('\n'),
    remedy: first?.remedy ?? `${page} lists its fields.`,
  };
}
