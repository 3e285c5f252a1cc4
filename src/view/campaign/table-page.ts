import type { ResultPlace } from '../../core/campaign/counts.ts';
import type { ResultTable, TableCell } from '../../report/campaign/result-table.ts';
import { htmlPage, markup } from '../html-page.ts';
import { element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';

/** What the page needs besides its tables. */
export interface TablePageInput {
  readonly tables: readonly ResultTable[];
  /** Gives the address of the report of a run; undefined where there is none. */
  readonly linkTo: (place: ResultPlace) => string | undefined;
  /** Gives the SHA-256 of a text in base64: the page's own policy lets in its style by it. */
  readonly hash: (text: string) => string;
}

/** Gives tables as one HTML file without scripts; cells lead to the reports of their runs. */
export function renderTablePage({ tables, linkTo, hash }: TablePageInput): string {
  const title = `${tables.map((table) => table.title).join(' · ')} · raidlab`;
  const body = element(
    'main',
    null,
    tables.map((table) => tableSection(table, linkTo)),
  );
  return htmlPage({ title, style, styleHash: hash(style) }, markup(body));
}

function tableSection({ title, columns, rows, empty, notes }: ResultTable, linkTo: TablePageInput['linkTo']): Content {
  const alignOf = (index: number): string => (columns[index]?.align === 'right' ? 'right' : '');
  const table = element(
    'table',
    null,
    element(
      'thead',
      null,
      element(
        'tr',
        null,
        columns.map(({ name }, index) => element('th', { scope: 'col', class: alignOf(index) }, name)),
      ),
    ),
    element(
      'tbody',
      null,
      rows.map((row) =>
        element(
          'tr',
          null,
          row.map((each, index) =>
            element(
              index === 0 ? 'th' : 'td',
              { class: `${each.tone ?? 'plain'} ${alignOf(index)}`.trim(), ...(index === 0 ? { scope: 'row' } : {}) },
              cellContent(each, linkTo),
            ),
          ),
        ),
      ),
    ),
  );
  return element(
    'section',
    null,
    element('h1', null, title),
    rows.length === 0
      ? element('p', null, empty)
      : element('div', { class: 'room', tabIndex: 0, role: 'region', 'aria-label': title }, table),
    rows.length === 0 ? null : notes.map((note) => element('p', { class: 'note' }, note)),
  );
}

function cellContent({ text, place }: TableCell, linkTo: TablePageInput['linkTo']): Content {
  const href = place === undefined || place === null ? undefined : linkTo(place);
  return href === undefined || text === '' ? text : element('a', { href }, text);
}

const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--quiet:#57606a;--rule:#d0d7de;--ground:#fff;--good:#116329;--bad:#a40e26;--doubtful:#7a4b00;--link:#0550ae}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--quiet:#9198a1;--rule:#30363d;--ground:#0d1117;--good:#56d364;--bad:#ff8182;--doubtful:#e3b341;--link:#79c0ff}}
body{margin:2rem auto;max-width:80rem;padding:0 1rem;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}
h1{font-size:1.3rem}
.room{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .8rem .3rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule);white-space:nowrap}
thead th{color:var(--quiet);font-weight:600}
.right{text-align:right}
.quiet,.note{color:var(--quiet)}
.good{color:var(--good)}
.bad,.crashed{color:var(--bad);font-weight:600}
.doubtful{color:var(--doubtful)}
a{color:inherit}
a:hover,a:focus{color:var(--link)}
`;
