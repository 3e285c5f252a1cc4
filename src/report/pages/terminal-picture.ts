import type { RecordedEvent } from '../../core/event.ts';
import { renderTerminal } from '../live/render-terminal.ts';
import { startTerminal } from '../live/terminal-state.ts';
import { layoutLine } from '../text/layout-line.ts';

const columns = 104;
const rowHeight = 19;
const columnWidth = 8.4;
const padding = 20;

/** Colours on a dark ground, by SGR parameter. */
const colours: Readonly<Record<string, string>> = {
  '1': '#f4f4f0',
  '2': '#8b949e',
  '32': '#7ee2a8',
  '31;1': '#ff9a8b',
  '33': '#f2c265',
  '35;1': '#e7a1ff',
};

/**
 * Gives the end of a drill's report as a terminal shows it, from its evidence on, as SVG: text, so that it is sharp at any size and
 * small. `widthOf` tells columns.
 */
export function terminalPicture(events: readonly RecordedEvent[], command: string, widthOf: (text: string) => number): string {
  let state = startTerminal({ live: true, verbose: false, cwdHostPath: '/home/me' });
  const page = { columns, colour: true, unicode: true, widthOf };
  const all: string[] = [];
  for (const event of events) {
    const rendered = renderTerminal(state, event);
    ({ state } = rendered);
    all.push(...rendered.lines.flatMap((line) => layoutLine(line, page)));
  }
  const rows = [`\u001b[2m$\u001b[0m ${command}`, '\u001b[2m[…]\u001b[0m', ...all.slice(all.findIndex((row) => row.includes('Evidence')))];
  const width = Math.round(columns * columnWidth + 2 * padding);
  const height = rows.length * rowHeight + 2 * padding;
  const texts = rows.map((row, at) =>
    row === '' ? '' : `<text x="${String(padding)}" y="${String(padding + at * rowHeight + 14)}">${paint(row)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}" viewBox="0 0 ${String(width)} ${String(height)}" role="img" aria-label="raidlab drill in a terminal">
<rect width="100%" height="100%" rx="8" fill="#16181d"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="#d6dae0" style="white-space: pre">
${texts.filter((text) => text !== '').join('\n')}
</g>
</svg>
`;
}

/** Text with SGR colours as spans of SVG; a colour goes on over blanks. */
function paint(row: string): string {
  const spans: { colour: string | undefined; text: string }[] = [];
  for (const [, parameters = '', text = ''] of `\u001b[0m${row}`.matchAll(/\u001b\[([\d;]*)m([^\u001b]*)/gu)) {
    const colour = colours[parameters];
    const last = spans.at(-1);
    if (last !== undefined && (last.colour === colour || text.trim() === '')) last.text += text;
    else spans.push({ colour, text });
  }
  return spans
    .filter(({ text }) => text !== '')
    .map(({ colour, text }) => (colour === undefined ? escapeXml(text) : `<tspan fill="${colour}">${escapeXml(text)}</tspan>`))
    .join('');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
