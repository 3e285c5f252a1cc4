import type { SQLInputValue } from 'node:sqlite';
import type { ResultFilter } from '../core/campaign/result-filter.ts';

/** A filter as SQL: the clause, and the values of its question marks. What a person typed is only ever a value. */
export interface FilterSql {
  readonly where: string;
  readonly values: readonly SQLInputValue[];
}

/** Gives a filter as a WHERE clause; empty when it lets everything through. */
export function filterSql({ drills, matrices, kernels, tools, layouts, raidlabs, runs, twins }: ResultFilter): FilterSql {
  const clauses: string[] = [];
  const values: SQLInputValue[] = [];
  const any = (words: readonly string[], clause: string, valuesOf: (word: string) => readonly string[] = (word) => [word]): void => {
    if (words.length === 0) return;
    clauses.push(`(${words.map(() => clause).join(' OR ')})`);
    values.push(...words.flatMap(valuesOf));
  };
  // In SQLite's patterns brackets mean something; in a drill's name there are none.
  any(drills, 'drill GLOB ?', (word) => [word.replaceAll('[', '[[]')]);
  any(matrices, 'matrix = ?');
  any(kernels, "(kernel = ? OR kernel_name = ? OR kernel_name LIKE ? || '.%' OR kernel_name LIKE ? || '-%')", (word) => [
    word,
    word,
    word,
    word,
  ]);
  any(tools, 'tools = ?');
  any(layouts, 'instr(layout, ?) > 0');
  any(raidlabs, 'raidlab = ?');
  any(runs, 'run = ?');
  if (twins !== 'both') clauses.push(`is_twin = ${twins === 'only' ? '1' : '0'}`);
  return { where: clauses.length === 0 ? '' : `WHERE ${clauses.join(' AND ')}`, values };
}
