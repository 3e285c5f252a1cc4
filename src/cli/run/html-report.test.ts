import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { onlyJob, readRecorded, withTwin } from '../../view/fixtures/recorded-events.ts';
import { parseQmp } from '../../view/model/trace/qmp-record.ts';
import { loadRenderer } from './html-report.ts';

const job = 'replace-missing-disk';
const lines = onlyJob(readRecorded(withTwin), job).map((event) => JSON.stringify(event));

test('a report is made of what is in the folder of a run: its events, and the QMP of its machines', async () => {
  using run = mkdtempDisposableSync(join(tmpdir(), 'raidlab-run-'));
  writeFileSync(join(run.path, 'events.ndjson'), lines.map((line) => `${line}\n`).join(''));
  mkdirSync(join(run.path, job, 'main'), { recursive: true });
  const said = { at: '2026-11-29T11:48:18.000Z', from: 'raidlab', message: { execute: 'device_del', arguments: { id: 'DISK1' }, id: 6 } };
  writeFileSync(join(run.path, job, 'main', 'qmp.ndjson'), `${JSON.stringify(said)}\n{"at":"2026-11-29T11:48:19`);
  const html = (await loadRenderer())(run.path);
  const block = new RegExp(`<script type="application/x-raidlab-qmp" data-job="${job}">([^<]*)<`, 'u').exec(html)?.[1] ?? '';
  const { messages } = parseQmp(inflateSync(Buffer.from(block, 'base64')).toString());
  assert.deepEqual(messages, [{ machine: 'main', atMs: Date.parse(said.at), from: 'raidlab', message: said.message }]);
});

test('a folder that a killed run left, with bytes that are no text and a drill that is named like a path, has a report', async () => {
  using run = mkdtempDisposableSync(join(tmpdir(), 'raidlab-run-'));
  const eventsHostPath = join(run.path, 'events.ndjson');
  writeFileSync(
    eventsHostPath,
    lines
      .slice(0, 4)
      .map((line) => `${line.replaceAll(job, '../../etc')}\n`)
      .join(''),
  );
  const remark = String.raw`{"v":1,"seq":9,"at":"2026-11-29T11:48:19.000Z","type":"remark-made","text":"a\u001b[2J`;
  appendFileSync(
    eventsHostPath,
    Buffer.concat([Buffer.from('{\n'), Buffer.from(remark), Buffer.from([0xff]), Buffer.from('z"}\n{"v":1,"se')]),
  );
  const html = (await loadRenderer())(run.path);
  assert.match(html, /has no end: it was killed/u);
  assert.match(html, /data-job="\.\.\/\.\.\/etc"/u);
  assert.match(html, /a\\x1b\[2J\ufffdz/u);
});
