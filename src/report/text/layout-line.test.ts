import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { cutLine, layoutLine } from './layout-line.ts';
import type { Page } from './layout-line.ts';
import { commandLine, labelled, labelledCommand, line, saidLines, span } from './line.ts';

const page = (columns: number, more: Partial<Page> = {}): Page => ({
  columns,
  colour: false,
  unicode: true,
  widthOf: stringWidth,
  ...more,
});

test('a line that fits is one row', () => {
  assert.deepEqual(layoutLine(line(2, 'short enough'), page(40)), ['  short enough']);
});

test('a line is wrapped at spaces, and its rows hang', () => {
  assert.deepEqual(layoutLine(line(2, 'one two three four five six seven', 4), page(20)), ['  one two three four', '    five six seven']);
});

test('nothing is wrapped in a pipe', () => {
  const long = 'word '.repeat(100).trim();
  assert.deepEqual(layoutLine(line(0, long), page(Infinity)), [long]);
});

test('a wrapped command can be pasted into a shell', () => {
  assert.deepEqual(layoutLine(commandLine(4, "tee -a /etc/fstab <<< 'LABEL=storage /storage btrfs nofail 0 0'"), page(40)), [
    '    $ tee -a /etc/fstab <<< \\',
    "        'LABEL=storage /storage btrfs nofail 0 0'",
  ]);
});

test('a word longer than the page stays whole', () => {
  const word = `/${'x'.repeat(60)}`;
  assert.deepEqual(layoutLine(line(2, `see ${word}`, 2), page(40)), ['  see', `  ${word}`]);
});

test('on a narrow page the indent gives way to the text', () => {
  assert.deepEqual(layoutLine(line(30, 'a few words here'), page(30)), ['              a few words here']);
});

test('a label stands in a column of its own where there is room', () => {
  assert.deepEqual(layoutLine(labelled('kernel', 'trixie (linux-image-cloud-amd64 6.12.117-1), see --kernel'), page(60)), [
    '  kernel       trixie (linux-image-cloud-amd64 6.12.117-1),',
    '               see --kernel',
  ]);
  assert.deepEqual(layoutLine(labelled('kernel', 'trixie (linux-image-cloud-amd64)'), page(40)), [
    '  kernel: trixie',
    '    (linux-image-cloud-amd64)',
  ]);
});

test('colours are there only where the page has them', () => {
  const spans = [span('✓', 'good'), span(' held')];
  assert.deepEqual(layoutLine(line(0, spans), page(40, { colour: true })), ['\u001b[32m✓\u001b[0m held']);
  assert.deepEqual(layoutLine(line(0, spans), page(40)), ['✓ held']);
});

test('without UTF-8 every mark has its ASCII form', () => {
  assert.deepEqual(layoutLine(line(0, '✓ 2 × 1 GiB → held … ü'), page(40, { unicode: false })), ['+ 2 x 1 GiB -> held ... ?']);
});

test('what a guest prints is shown, never obeyed', () => {
  const [row] = layoutLine(line(0, 'a\u001b[2Jb\u001b]0;title\u0007c\rd\u202ee'), page(80, { colour: true }));
  assert.equal(row, String.raw`a\x1b[2Jb\x1b]0;title\x07c\x0dd\u{202e}e`);
});

test('what a tool said keeps its spaces, and its bar when it is wrapped', () => {
  const rows = (columns: number): readonly string[] =>
    saidLines(4, 'Label: none  uuid: 1234\n\tTotal devices 2\n').flatMap((said) => layoutLine(said, page(columns)));
  assert.deepEqual(rows(40), ['    │ Label: none  uuid: 1234', '    │   Total devices 2']);
  assert.deepEqual(rows(24), ['    │ Label: none  uuid:', '    │ 1234', '    │   Total devices 2']);
});

test('a live line is cut to the page', () => {
  assert.equal(cutLine(line(2, 'Replace the missing disk by the spare'), page(20)), '  Replace the miss…');
  assert.equal(cutLine(line(2, 'Replace the missing disk by the spare'), page(20, { unicode: false })), '  Replace the mi...');
  assert.equal(cutLine(labelled('kernel', '6.12.118'), page(80)), '  kernel       6.12.118');
  assert.equal(cutLine(labelled('kernel', '6.12.118'), page(30)), '  kernel: 6.12.118');
});

test('a command beside a label can be pasted when it is wrapped, too', () => {
  assert.deepEqual(layoutLine(labelledCommand('again', "raidlab drill --output 'my results' --seed 4711"), page(60)), [
    "  again        raidlab drill --output 'my results' --seed \\",
    '               4711',
  ]);
  assert.deepEqual(layoutLine(labelledCommand('again', "raidlab drill --output 'my results'"), page(30)), [
    '  again: raidlab drill \\',
    "    --output 'my results'",
  ]);
});

test('no live line is ever wider than its page', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 80 }),
      fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 }),
      fc.boolean(),
      (columns, texts, unicode) => {
        const cut = cutLine(
          line(
            2,
            texts.map((text) => span(text)),
          ),
          page(columns, { unicode }),
        );
        assert.ok(stringWidth(cut) < columns, JSON.stringify(cut));
      },
    ),
  );
});

test('wrapping loses no word', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/u);
  fc.assert(
    fc.property(fc.integer({ min: 16, max: 100 }), fc.array(word, { minLength: 1, maxLength: 30 }), (columns, words) => {
      const rows = layoutLine(line(2, words.join(' '), 6), page(columns));
      assert.deepEqual(rows.join(' ').trim().split(/\s+/u), words);
      for (const row of rows) assert.ok(row.length <= columns, row);
    }),
  );
});
