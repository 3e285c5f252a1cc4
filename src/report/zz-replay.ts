import { readFileSync } from 'node:fs';
import stringWidth from 'string-width';
import { cutLine, layoutLine } from './layout-line.ts';
import { liveLines } from './live-lines.ts';
import { renderTerminal } from './render-terminal.ts';
import { startTerminal } from './terminal-state.ts';
const [file = '', cols = '', mode = ''] = process.argv.slice(2);
const page = { columns: cols === '' ? Infinity : Number(cols), colour: mode.includes('c'), unicode: !mode.includes('a'), widthOf: stringWidth };
let state = startTerminal({ live: mode.includes('l'), verbose: mode.includes('v'), cwdHostPath: '/tmp/try' });
let last = '';
for (const row of readFileSync(file, 'utf8').trimEnd().split('\n')) {
  const event = JSON.parse(row);
  const r = renderTerminal(state, event);
  state = r.state;
  for (const l of r.lines) for (const t of layoutLine(l, page)) console.log(t);
  if (mode.includes('L')) {
    const t = liveLines(state, Date.parse(event.at), page.unicode).map((l) => '      ~ ' + cutLine(l, page)).join('\n');
    if (t.replace(/~ ./, '') !== last.replace(/~ ./, '')) console.log(t), (last = t);
  }
}
