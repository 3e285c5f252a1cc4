import type { KernelGrid } from '../../core/campaign/by-kernel.ts';
import type { ResultCounts } from '../../core/campaign/counts.ts';
import { wilsonInterval } from '../../core/campaign/wilson.ts';
import { formatInterval, formatShare } from './odds.ts';
import { cell, nameOfDrill } from './result-table.ts';
import type { ResultTable, TableCell } from './result-table.ts';

/** Gives how each drill came out on each kernel: counts, and how sure they are. */
export function kernelsTable({ kernels, rows }: KernelGrid, title = 'By kernel'): ResultTable {
  return {
    title,
    columns: [{ name: 'drill' }, { name: 'layout' }, { name: 'tools' }, ...kernels.map((name) => ({ name }))],
    rows: rows.map((row) => [
      cell(nameOfDrill(row), 'strong'),
      cell(row.layout, 'quiet'),
      cell(row.tools, 'quiet'),
      ...row.cells.map(countsCell),
    ]),
    empty: 'There is no such result.',
    notes: [
      'How many were bad, of those that could be judged, and where the true rate lies with 95 % confidence (Wilson). Known: the drill itself expects it there. A dash: not run there, or not made for it.',
    ],
  };
}

function countsCell(of: ResultCounts | null): TableCell {
  if (of === null) return cell('–', 'quiet');
  const { good, bad } = of.counts;
  const share = { seen: bad, of: good + bad };
  if (share.of === 0) return cell('not judged', 'doubtful');
  const known = of.known === 0 ? '' : of.known === bad ? ', known' : `, ${String(of.known)} known`;
  const text = `${formatShare(share)} (${formatInterval(wilsonInterval(share))}${known})`;
  if (bad === 0) return cell(text, 'good', of.good);
  return cell(text, of.known === bad ? 'doubtful' : 'bad', of.bad);
}
