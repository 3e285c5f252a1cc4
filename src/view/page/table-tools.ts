/*
 * Sorts and filters the table of drills, which stands in the document: its rows are moved and hidden, not made anew.
 */

/** What a drill can be chosen by: its words for that, the label while nothing is chosen. */
interface Trait {
  readonly label: string;
  readonly wordsOf: (row: HTMLTableRowElement) => readonly string[];
}

const traits: readonly Trait[] = [
  { label: 'every result', wordsOf: (row) => [row.dataset.result ?? ''] },
  { label: 'every tag', wordsOf: (row) => [...row.querySelectorAll<HTMLElement>('[data-tag]')].map(({ dataset }) => dataset.tag ?? '') },
  { label: 'every kernel', wordsOf: (row) => [row.dataset.kernel ?? ''] },
];

/** Makes the table of a report's drills sort and filter. */
export function enliven(table: HTMLTableElement, tools: HTMLElement): void {
  const rows = [...(table.tBodies[0]?.rows ?? [])];
  const chosen = new Map<Trait, string>();
  const count = document.createElement('span');
  count.className = 'quiet';
  count.setAttribute('role', 'status');
  const search = searchField();
  const filter = (): void => {
    for (const row of rows) {
      const isWanted =
        [...chosen].every(([{ wordsOf }, word]) => word === '' || wordsOf(row).includes(word)) &&
        row.textContent.toLowerCase().includes(search.value.toLowerCase());
      row.hidden = !isWanted;
      const drill = document.getElementById(row.cells[1]?.dataset.value ?? '');
      if (drill !== null) drill.hidden = !isWanted;
    }
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = shown === rows.length ? `${String(rows.length)} drills` : `${String(shown)} of ${String(rows.length)} drills`;
  };
  search.addEventListener('input', filter);
  const choices = traits.flatMap((trait) => {
    const words = rows.flatMap(trait.wordsOf);
    if (new Set(words).size < 2) return [];
    return selection(trait.label, words, (word) => {
      chosen.set(trait, word);
      filter();
    });
  });
  tools.append(...choices, search, count);
  filter();
  for (const [at, head] of [...(table.tHead?.rows[0]?.cells ?? [])].entries()) makeSortable(head, at, table, rows);
}

function searchField(): HTMLInputElement {
  const search = document.createElement('input');
  search.type = 'search';
  search.className = 'tool';
  search.placeholder = 'find a drill';
  search.setAttribute('aria-label', 'Find a drill');
  return search;
}

/** Offers each word once, with how many drills have it. */
function selection(label: string, words: readonly string[], onChoice: (word: string) => void): HTMLElement {
  const select = document.createElement('select');
  select.className = 'tool';
  select.setAttribute('aria-label', label);
  select.append(new Option(label, ''));
  for (const word of [...new Set(words)].toSorted()) {
    const count = words.filter((other) => other === word).length;
    select.append(new Option(`${word} (${String(count)})`, word));
  }
  select.addEventListener('change', () => {
    onChoice(select.value);
  });
  return select;
}

function makeSortable(head: HTMLTableCellElement, at: number, table: HTMLTableElement, rows: readonly HTMLTableRowElement[]): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'sort';
  button.textContent = head.textContent;
  button.addEventListener('click', () => {
    const isDown = head.getAttribute('aria-sort') === 'ascending';
    for (const other of table.querySelectorAll('th[aria-sort]')) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
    const sorted = rows.toSorted((one, other) => compare(valueOf(one, at), valueOf(other, at)) * (isDown ? -1 : 1));
    table.tBodies[0]?.append(...sorted);
  });
  head.replaceChildren(button);
}

function valueOf(row: HTMLTableRowElement, at: number): string {
  return row.cells[at]?.dataset.value ?? '';
}

function compare(one: string, other: string): number {
  const difference = Number(one) - Number(other);
  return Number.isNaN(difference) ? one.localeCompare(other, 'en', { numeric: true }) : difference;
}
