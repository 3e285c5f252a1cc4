/*
 * Sorts and filters the table of drills, which stands in the document: its rows are moved and hidden, not made anew.
 */

/** Makes the table of a report's drills sort and filter. */
export function enliven(table: HTMLTableElement, tools: HTMLElement): void {
  const rows = [...(table.tBodies[0]?.rows ?? [])];
  const chosen = { result: '', kernel: '', text: '' };
  const count = document.createElement('span');
  count.className = 'quiet';
  count.setAttribute('role', 'status');
  const filter = (): void => {
    for (const row of rows) {
      const isWanted =
        (chosen.result === '' || row.dataset.result === chosen.result) &&
        (chosen.kernel === '' || row.dataset.kernel === chosen.kernel) &&
        row.textContent.toLowerCase().includes(chosen.text);
      row.hidden = !isWanted;
      const drill = document.getElementById(row.cells[1]?.dataset.value ?? '');
      if (drill !== null) drill.hidden = !isWanted;
    }
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = shown === rows.length ? `${String(rows.length)} drills` : `${String(shown)} of ${String(rows.length)} drills`;
  };
  const choose = (name: 'result' | 'kernel', label: string): HTMLElement | null => {
    const values = [...new Set(rows.map((row) => row.dataset[name] ?? ''))];
    return values.length < 2
      ? null
      : selection(label, values, (value) => {
          chosen[name] = value;
          filter();
        });
  };
  const search = document.createElement('input');
  search.type = 'search';
  search.className = 'tool';
  search.placeholder = 'find a drill';
  search.setAttribute('aria-label', 'Find a drill');
  search.addEventListener('input', () => {
    chosen.text = search.value.toLowerCase();
    filter();
  });
  tools.append(...[choose('result', 'every result'), choose('kernel', 'every kernel'), search, count].filter((tool) => tool !== null));
  filter();
  for (const [at, head] of [...(table.tHead?.rows[0]?.cells ?? [])].entries()) makeSortable(head, at, table, rows);
}

function selection(label: string, values: readonly string[], onChoice: (value: string) => void): HTMLElement {
  const select = document.createElement('select');
  select.className = 'tool';
  select.setAttribute('aria-label', label);
  for (const value of ['', ...values]) {
    const option = document.createElement('option');
    option.value = value;
    option.textContent = value === '' ? label : value;
    select.append(option);
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
