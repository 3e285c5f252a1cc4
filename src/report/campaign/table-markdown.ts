import { harmlessPiece } from '../../core/text/harmless-text.ts';
import type { ResultPlace } from '../../core/campaign/counts.ts';
import type { ResultTable } from './result-table.ts';

/** Gives a table in Markdown (GitHub's tables); `linkTo` gives the address of a run, undefined where there is none. */
export function tableMarkdown(
  { title, columns, rows, empty, notes }: ResultTable,
  linkTo: (place: ResultPlace) => string | undefined,
): string {
  const cells = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  const table = [
    cells(columns.map(({ name }) => escapeMarkdown(name))),
    cells(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((row) =>
      cells(
        row.map(({ text, tone, place }) => {
          const words = tone === 'bad' || tone === 'strong' ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text);
          const link = place === undefined || place === null ? undefined : linkTo(place);
          return link === undefined || text === '' ? words : `[${words}](<${link.replaceAll(/[<>\n]/gu, encodeURIComponent)}>)`;
        }),
      ),
    ),
  ];
  const body = rows.length === 0 ? [escapeMarkdown(empty)] : [table.join('\n'), ...notes.map(escapeMarkdown)];
  return `${[`## ${escapeMarkdown(title)}`, ...body].join('\n\n')}\n`;
}

/** Escapes text for a line of Markdown. */
function escapeMarkdown(text: string): string {
  return harmlessPiece(text.replaceAll(/\s+/gu, ' '))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|~#]/gu, String.raw`\$&`);
}
