import { harmlessText } from '../../../core/text/harmless-text.ts';
import type { EntryKind, TraceEntry } from './trace-entry.ts';

/** One row of a trace as it stands on a page: all of them are equally high. */
export interface TraceLine {
  readonly entry: TraceEntry;
  /** `head` the first row of an entry, `more` what did not fit into it, `body` what is unfolded below. */
  readonly part: 'head' | 'more' | 'body';
  readonly text: string;
  /** Whether there is more of it than what is shown at first, and whether that is shown. */
  readonly isFoldable: boolean;
  readonly isOpen: boolean;
}

/** What of a trace a reader wants to see. */
export interface TraceChoice {
  readonly kinds: ReadonlySet<EntryKind>;
  /** Ids of entries that are not as they are at first: closed instead of open, or the other way round. */
  readonly turned: ReadonlySet<number>;
  /** Only entries in which this stands; all when it is empty. */
  readonly search: string;
  /** How many characters fit into a row. */
  readonly columns: number;
  /** There is no room for tails at the right: what did not go well says its own behind its head. */
  readonly isNarrow?: boolean;
}

/** How many lines of output a command may have to be unfolded from the beginning. */
const shortOutput = 14;

/** How many rows of a long command are shown before it is unfolded: raidlab's own may name hundreds of files. */
const mostHeadRows = 3;

/** Gives the rows of a trace. */
export function traceLines(entries: readonly TraceEntry[], choice: TraceChoice): readonly TraceLine[] {
  const wanted = choice.search.toLowerCase();
  const lines: TraceLine[] = [];
  for (const entry of entries) {
    if (!choice.kinds.has(entry.kind) || !hasText(entry, wanted)) continue;
    const head = rowsOf(choice.isNarrow === true && entry.isBad ? `${entry.head}  (${entry.tail})` : entry.head, choice.columns);
    const isLong = head.length > mostHeadRows;
    const isFoldable = isLong || entry.body !== '';
    const isOpen = isFoldable && isOpenAtFirst(entry) !== choice.turned.has(entry.id);
    const shown = isLong && !isOpen ? [...head.slice(0, mostHeadRows - 1), `… ${String(head.length - mostHeadRows + 1)} lines more`] : head;
    for (const [at, text] of shown.entries()) lines.push({ entry, part: at === 0 ? 'head' : 'more', text, isFoldable, isOpen });
    if (isOpen && entry.body !== '') {
      for (const text of rowsOf(entry.body, choice.columns)) lines.push({ entry, part: 'body', text, isFoldable, isOpen });
    }
  }
  return lines;
}

function isOpenAtFirst({ kind, body, isBad }: TraceEntry): boolean {
  if (kind === 'trouble' || ((kind === 'typed' || kind === 'qmp') && isBad)) return true;
  return kind === 'typed' && body.split('\n', shortOutput + 1).length <= shortOutput;
}

function hasText({ head, body }: TraceEntry, wanted: string): boolean {
  return wanted === '' || head.toLowerCase().includes(wanted) || body.toLowerCase().includes(wanted);
}

/** Printable ASCII, as almost everything is: it is harmless, and as long as it looks. */
const plain = /^[\x20-\x7e]*$/u;

function rowsOf(text: string, columns: number): readonly string[] {
  if (text.length <= columns && plain.test(text)) return [text];
  return harmlessText(text)
    .split('\n')
    .flatMap((line) => cut(line, columns));
}

/** Cuts a line into rows as a terminal does; never within a character. */
function cut(line: string, columns: number): readonly string[] {
  if (line.length <= columns) return [line];
  const characters = Array.from(line);
  return Array.from({ length: Math.ceil(characters.length / columns) }, (_, at) =>
    characters.slice(at * columns, (at + 1) * columns).join(''),
  );
}
