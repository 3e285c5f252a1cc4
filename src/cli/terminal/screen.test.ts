import assert from 'node:assert/strict';
import { test } from 'node:test';
import { line } from '../../report/text/line.ts';
import { openOutput } from './output.ts';
import type { Output } from './output.ts';
import { openScreen } from './screen.ts';

/** A terminal of 30 columns that knows the sequences a screen uses, and what it shows. */
class Terminal {
  readonly isTTY = true;
  readonly columns = 30;
  rows: string[] = [''];
  writes = 0;
  #row = 0;
  #column = 0;

  write(text: string): boolean {
    this.writes += 1;
    for (const token of text.match(/\u001b\[\d*[A-Za-z]|[^]/gu) ?? []) this.#act(token);
    return true;
  }

  on(): this {
    return this;
  }

  #act(token: string): void {
    const sequence = /^\u001b\[(?<count>\d*)(?<final>[A-Za-z])$/u.exec(token)?.groups;
    const row = this.rows[this.#row] ?? '';
    if (token === '\n') {
      this.#row += 1;
      this.#column = 0;
      this.rows[this.#row] ??= '';
    } else if (token === '\r') this.#column = 0;
    else if (sequence?.final === 'F') {
      this.#row -= Number(sequence.count);
      this.#column = 0;
    } else if (sequence?.final === 'J') {
      this.rows = [...this.rows.slice(0, this.#row), row.slice(0, this.#column)];
    } else if (sequence?.final === 'K') this.rows[this.#row] = row.slice(0, this.#column);
    else {
      assert.equal(sequence, undefined, `unknown sequence ${JSON.stringify(token)}`);
      this.rows[this.#row] = row.slice(0, this.#column) + token + row.slice(this.#column + 1);
      this.#column += 1;
      assert.ok(this.#column < this.columns, 'the terminal would wrap');
    }
  }
}

function openPair(live: boolean): { readonly terminal: Terminal; readonly screen: ReturnType<typeof openScreen> } {
  const terminal = new Terminal();
  const output = (): Output => openOutput(terminal, { colour: false, unicode: true, live }, () => undefined);
  return { terminal, screen: openScreen(output(), output()) };
}

const one = line(0, 'one');
const two = line(0, 'two');

test('kept lines go above the live region, which stays at the bottom', () => {
  const { terminal, screen } = openPair(true);
  screen.setLive([line(0, 'alive'), line(2, 'more')]);
  screen.keep([one]);
  assert.deepEqual(terminal.rows, ['one', 'alive', '  more']);
  screen.complain([two]);
  assert.deepEqual(terminal.rows, ['one', 'two', 'alive', '  more']);
});

test('a live region that shrinks or goes leaves nothing behind', () => {
  const { terminal, screen } = openPair(true);
  screen.setLive([line(0, 'a long first row'), line(0, 'second'), line(0, 'third')]);
  screen.setLive([line(0, 'short')]);
  assert.deepEqual(terminal.rows, ['short']);
  screen.setLive([]);
  screen.keep([one]);
  assert.deepEqual(terminal.rows, ['one', '']);
});

test('a live region that grows does not write over what is kept', () => {
  const { terminal, screen } = openPair(true);
  screen.keep([one]);
  screen.setLive([line(0, 'a')]);
  screen.setLive([line(0, 'a'), line(0, 'b')]);
  assert.deepEqual(terminal.rows, ['one', 'a', 'b']);
});

test('a live region is as wide as its terminal at most', () => {
  const { terminal, screen } = openPair(true);
  screen.setLive([line(0, 'x'.repeat(100))]);
  assert.deepEqual(terminal.rows, [`${'x'.repeat(28)}…`]);
});

test('a frame that shows nothing new writes nothing', () => {
  const { terminal, screen } = openPair(true);
  screen.setLive([one]);
  const { writes } = terminal;
  screen.setLive([one]);
  assert.equal(terminal.writes, writes);
});

test('where there is no live region nothing is ever erased', () => {
  const { terminal, screen } = openPair(false);
  screen.setLive([two]);
  screen.keep([one]);
  assert.deepEqual(terminal.rows, ['one', '']);
});

test('while the terminal is lent nothing is written to it; what was to be shown is shown then', () => {
  const { terminal, screen } = openPair(true);
  screen.setLive([line(0, 'alive')]);
  const lent = screen.lend();
  assert.deepEqual(terminal.rows, ['']);
  const { writes } = terminal;
  screen.keep([one]);
  screen.complain([two]);
  screen.data('data\n');
  screen.setLive([line(0, 'alive')]);
  assert.equal(terminal.writes, writes);
  assert.throws(() => screen.lend(), /lent already/u);
  lent[Symbol.dispose]();
  lent[Symbol.dispose]();
  assert.deepEqual(terminal.rows, ['one', 'two', 'data', '']);
  screen.setLive([line(0, 'alive')]);
  screen.keep([one]);
  assert.deepEqual(terminal.rows, ['one', 'two', 'data', 'one', 'alive']);
});
