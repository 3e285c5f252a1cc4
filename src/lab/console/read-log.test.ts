import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCappedFile } from '../../machine/files/append-file.ts';
import { openLabDirectory } from '../fixtures/lab-directory.ts';
import { readLog } from './read-log.ts';

const cap = { mostBytes: 40, formatLeftOut: (bytes: number): string => `[${String(bytes)} left out]\r\n` };

test('a lab that was never on has said nothing', async () => {
  await using directory = await openLabDirectory();
  const heard: string[] = [];
  await readLog(new AbortController().signal, directory.place, { follow: false }, (bytes) => heard.push(String(bytes)));
  assert.deepEqual(heard, []);
});

test('what is said is given as it comes, also when the log is full and begun anew', { timeout: 20_000 }, async () => {
  await using directory = await openLabDirectory();
  const { place } = directory;
  await mkdir(place.logsHostPath, { recursive: true });
  using log = openCappedFile(join(place.logsHostPath, 'console.log'), cap);
  log.append(Buffer.from('the first line\r\n'));
  const over = new AbortController();
  let heard = '';
  let heardAll = Promise.withResolvers<undefined>();
  const reading = readLog(over.signal, place, { follow: true }, (bytes) => {
    heard += String(bytes).replaceAll('\r', '');
    if (heard.endsWith('.\n')) heardAll.resolve(undefined);
  });
  for (let line = 1; line <= 5; line += 1) {
    heardAll = Promise.withResolvers();
    log.append(Buffer.from(`line ${String(line)} of the flood.\r\n`));
    await heardAll.promise;
  }
  over.abort();
  await reading;
  assert.equal(
    heard.replaceAll(/\[\d+ left out\]\n/gu, ''),
    ['the first line', ...[1, 2, 3, 4, 5].map((line) => `line ${String(line)} of the flood.`), ''].join('\n'),
  );
  const again: string[] = [];
  await readLog(new AbortController().signal, place, { follow: false }, (bytes) => again.push(String(bytes).replaceAll('\r', '')));
  assert.match(again.join(''), /^.*line 4 of the flood\.\n.*line 5 of the flood\.\n$/su);
  assert.doesNotMatch(again.join(''), /line 1/u);
});

test('who sits down late hears the last page', async () => {
  await using directory = await openLabDirectory();
  const { place } = directory;
  await mkdir(place.logsHostPath, { recursive: true });
  using log = openCappedFile(join(place.logsHostPath, 'console.log'), { ...cap, mostBytes: 1024 ** 2 });
  log.append(Buffer.from(`${'a'.repeat(10_000)}\r\nPlease unlock disk x: `));
  const heard: string[] = [];
  await readLog(new AbortController().signal, place, { follow: false, from: 'last-page' }, (bytes) => heard.push(String(bytes)));
  assert.match(heard.join(''), /^a{1000,2048}\r\nPlease unlock disk x: $/u);
});
