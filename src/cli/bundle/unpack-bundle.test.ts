import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { shardBundle } from '../../core/bundle/fixtures/shard-bundle.ts';
import { tarEnd, tarHead, tarPadding } from '../../core/bundle/tar.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { unpackBundle } from './unpack-bundle.ts';
import { openWholeFile } from '../run/report-file.ts';
import { presentAsBundle } from './write-bundle.ts';

const root = mkdtempSync(join(tmpdir(), 'raidlab-bundle-'));
after(() => {
  rmSync(root, { recursive: true });
});

const { job } = shardBundle;
const evidence = {
  'main/console.log': Buffer.from([0, 255, 10, 13, 128]),
  'main/qmp.ndjson': Buffer.from('{}\n'.repeat(200_000)),
  'main/empty': Buffer.alloc(0),
};
const bundleHostPath = join(root, 'good.bundle');
writeGood();
const good = readFileSync(bundleHostPath);
let unpacked = 0;

/** Writes the bundle of a run that was made up, as a run does it. */
function writeGood(): void {
  const runHostPath = join(root, 'home', 'run');
  mkdirSync(join(runHostPath, job.job, 'main'), { recursive: true });
  const events = [...shardBundle.of({ file: 'good', jobs: [job] }).events()].map((event) =>
    event.type === 'run-started' ? { ...event, directory: runHostPath } : event,
  );
  writeFileSync(join(runHostPath, 'events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  writeFileSync(join(runHostPath, 'result.json'), '{}\n');
  writeFileSync(join(runHostPath, 'report.html'), 'a page');
  for (const [name, bytes] of Object.entries(evidence)) writeFileSync(join(runHostPath, job.job, name), bytes);
  symlinkSync('/etc/passwd', join(runHostPath, job.job, 'main', 'link'));
  const presenter = presentAsBundle(openWholeFile(bundleHostPath, 'the bundle'), { homeHostPath: join(root, 'home') });
  for (const event of events) presenter.event(event);
  presenter.end();
}

async function unpack(bytes: Uint8Array) {
  const hostPath = join(root, 'strange.bundle');
  writeFileSync(hostPath, bytes);
  return unpackAt(hostPath);
}

async function unpackAt(hostPath: string) {
  const intoHostPath = join(root, `unpacked-${String((unpacked += 1))}`);
  mkdirSync(intoHostPath);
  return unpackBundle(new AbortController().signal, 'strange.bundle', hostPath, intoHostPath);
}

interface TarFile {
  readonly name: string;
  readonly text: string;
}

function untar(bytes: Buffer): readonly TarFile[] {
  const files: TarFile[] = [];
  for (let at = 0; at < bytes.length && bytes[at] !== 0;) {
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8);
    const name = bytes.toString('latin1', at, at + 100).replace(/\0.*/u, '');
    files.push({ name, text: bytes.toString('utf8', at + 512, at + 512 + size) });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

function tar(files: readonly TarFile[]): Buffer {
  const pieces = files.flatMap(({ name, text }) => {
    const bytes = Buffer.from(text);
    return [tarHead(name, bytes.length, 0), bytes, tarPadding(bytes.length)];
  });
  return gzipSync(Buffer.concat([...pieces, tarEnd]));
}

test('a bundle brings a run over whole: its events, and its evidence byte for byte', async () => {
  const bundle = await unpack(good);
  const events = [...bundle.events()];
  assert.deepEqual([events.length, events[0]?.type, events.at(-1)?.type], [3, 'run-started', 'run-ended']);
  assert.deepEqual(
    bundle.evidence.toSorted(),
    Object.keys(evidence)
      .map((name) => `${job.job}/${name}`)
      .sort(),
  );
  for (const [name, bytes] of Object.entries(evidence))
    assert.deepEqual(readFileSync(join(bundle.evidenceHostPath, job.job, name)), bytes, name);
});

test('a bundle has neither links nor pages in it, and nothing of the home', () => {
  const files = untar(gunzipSync(good));
  assert.deepEqual(
    files.slice(0, 3).map(({ name }) => name),
    ['bundle.json', 'events.ndjson', 'result.json'],
  );
  assert.equal(files.length, 6);
  assert.ok(!gunzipSync(good).includes(join(root, 'home')));
  assert.match(files[1]?.text ?? '', /"directory":"~\/run"/u);
});

const [head, events, ...rest] = untar(gunzipSync(good)) as readonly [TarFile, TarFile, ...TarFile[]];
const change = (file: TarFile, from: string | RegExp, to: string): TarFile => ({ ...file, text: file.text.replace(from, to) });
const bomb = gzipSync(Buffer.concat([tarHead('bundle.json', 2 ** 31, 0), Buffer.alloc(1024 * 1024)]));
const stuffed = gzipSync(Buffer.concat([gunzipSync(good), Buffer.from('more')]));

for (const [what, bytes, why] of [
  ['cut off', good.subarray(0, good.length - 100), /cut off|damaged/u],
  ['not compressed', gunzipSync(good), /not compressed by gzip/u],
  ['empty', Buffer.alloc(0), /cut off/u],
  ['a bomb', bomb, /too large/u],
  ['something behind its end', stuffed, /behind its end/u],
  ['a path that leads out', tar([head, events, { name: '../../evil', text: 'x' }]), /"\.\.\/\.\.\/evil" is in it, which no bundle has/u],
  ['an absolute path', tar([head, events, { name: '/etc/evil', text: 'x' }]), /which no bundle has/u],
  ['a file twice', tar([head, events, events]), /events\.ndjson is in it twice/u],
  ['no head', tar([events, head]), /does not begin with bundle\.json/u],
  ['no events', tar([head, ...rest]), /no events/u],
  ['evidence of nobody', tar([head, events, { name: 'another/main/console.log', text: 'x' }]), /of a drill that its run had not planned/u],
  ['another version of the format', tar([change(head, '"v": 1', '"v": 9'), events]), /version 9 of the format/u],
  ['the head of another run', tar([change(head, /"run": "\w/u, '"run": "X'), events]), /that of another run/u],
  [
    'an event that is none',
    tar([head, change(events, '"type":"run-planned"', '"type":"dragon-seen"')]),
    /line 2 .* no event "dragon-seen"/u,
  ],
  ['a line that is no JSON', tar([head, change(events, '{', '')]), /line 1 .* is no event/u],
  ['half an event', tar([head, { ...events, text: events.text.slice(0, -20) }]), /within a line/u],
  ['an event that never ends', tar([head, { ...events, text: '"'.repeat(5 * 1024 * 1024) }]), /too long/u],
  ['a run without end', tar([head, change(events, /\{[^\n]*run-ended[^\n]*\n$/u, '')]), /cut off/u],
] as const) {
  test(`refused: ${what}`, async () => {
    const error: unknown = await unpack(bytes).catch((reason: unknown) => reason);
    assert.ok(error instanceof RaidlabError && error.failure.reason === 'bad-bundle', String(error));
    assert.match(error.failure.why, why);
  });
}

test('what is no regular file is refused, without waiting for a writer', async () => {
  await assert.rejects(unpackAt('/dev/zero'), /not a regular file/u);
  await assert.rejects(unpackAt(root), /not a regular file|directory/u);
  await assert.rejects(unpackAt(join(root, 'nowhere')), /there is no such file/u);
});

test('whoever is told to stop stops', async () => {
  const into = join(root, 'stopped');
  mkdirSync(into);
  const reason = new Error('told to stop');
  await assert.rejects(unpackBundle(AbortSignal.abort(reason), 'good.bundle', bundleHostPath, into), reason);
});
