import type { ResultPlace, ResultSubject } from '../../core/campaign/counts.ts';
import type { Tone } from '../text/line.ts';

/** A cell of a table: what it says, how it is meant, and the run that shows it. */
export interface TableCell {
  readonly text: string;
  readonly tone?: Tone;
  readonly place?: ResultPlace | null;
}

/** A table of results, before it is laid out for a terminal, in Markdown or as HTML. */
export interface ResultTable {
  readonly title: string;
  readonly columns: readonly { readonly name: string; readonly align?: 'right' }[];
  /** As many cells a row as there are columns. */
  readonly rows: readonly (readonly TableCell[])[];
  /** What stands instead of a table without rows. */
  readonly empty: string;
  /** What has to be known to read it, a sentence or two each. */
  readonly notes: readonly string[];
}

/** Names a drill in a table. */
export function nameOfDrill({ drill, isTwin, variation }: Pick<ResultSubject, 'drill' | 'isTwin' | 'variation'>): string {
  return [drill, ...(isTwin ? ['(twin)'] : []), ...(variation === '' ? [] : [variation])].join(' ');
}

/** Makes a cell. */
export function cell(text: string, tone: Tone = 'plain', place: ResultPlace | null = null): TableCell {
  return { text, tone, place };
}
