import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { madeUpFault, madeUpResults, oneResult } from '../core/campaign/fixtures/made-up-results.ts';
import { findRegressions } from '../core/campaign/regressions.ts';
import { everyResult } from '../core/campaign/result-filter.ts';
import type { ArchivedResult } from '../core/campaign/archived-result.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { openArchive } from './archive.ts';
import { openSqlite } from './open-sqlite.ts';
import { migrations } from './schema.ts';

const root = mkdtempSync(join(tmpdir(), 'raidlab-archive-'));
after(() => {
  rmSync(root, { recursive: true });
});
let archives = 0;
const newHostPath = (): string => join(root, 'new', `${String((archives += 1))}.sqlite`);

test('results come back as they were kept, the latest first', async () => {
  using archive = await openArchive(newHostPath());
  const results: readonly ArchivedResult[] = [
    oneResult,
    {
      ...oneResult,
      job: 'slow-disk-2',
      matrix: 'nightly',
      startedAt: '2026-11-29T16:00:00.000Z',
      release: null,
      toolsVersion: null,
      verdict: null,
      standing: 'machine',
      directory: null,
      accelerator: null,
    },
    {
      ...oneResult,
      job: 'slow-disk-twin',
      isTwin: true,
      isKnown: true,
      verdict: 'broken',
      brokenChecks: ['profiles', "it's"],
      startedAt: '2026-11-29T17:00:00.000Z',
    },
  ];
  assert.equal(archive.add(results), 3);
  assert.deepEqual(archive.latest(everyResult, 10), results.toReversed());
  assert.deepEqual(archive.latest(everyResult, 1), results.slice(2));
  assert.deepEqual(archive.total(everyResult), { good: 2, bad: 0, machine: 1, unclear: 0, skipped: 0, interrupted: 0 });
});

test('a result is kept once, however often it is added, and by the next who opens the file', async () => {
  const hostPath = newHostPath();
  {
    using archive = await openArchive(hostPath);
    assert.equal(archive.add([oneResult, oneResult]), 1);
    assert.equal(archive.add([{ ...oneResult, standing: 'bad' }]), 0);
  }
  using archive = await openArchive(hostPath);
  assert.deepEqual(archive.latest(everyResult, 10), [oneResult]);
  assert.equal(statSync(hostPath).mode & 0o777, 0o600);
});

test('filters let through what they say, whatever is typed', async () => {
  using archive = await openArchive(newHostPath());
  const other: ArchivedResult = {
    ...oneResult,
    run: 'other',
    job: 'tiny-disks',
    matrix: 'two',
    drill: 'tiny-disks',
    kernel: 'sid',
    release: '7.2.9+deb14-amd64',
    tools: 'sid',
    layout: 'raid10',
    raidlab: '0.2.0',
    isTwin: true,
  };
  archive.add([{ ...oneResult, matrix: 'one' }]);
  archive.add([other]);
  const found = (filter: Partial<typeof everyResult>): readonly string[] =>
    archive.latest({ ...everyResult, ...filter }, 10).map(({ drill }) => drill);
  for (const filter of [
    { drills: ['tiny-*'] },
    { drills: ['tiny-disks', 'nothing'] },
    { matrices: ['two'] },
    { kernels: ['sid'] },
    { kernels: ['7.2.9'] },
    { kernels: ['7.2'] },
    { kernels: ['7'] },
    { tools: ['sid'] },
    { layouts: ['raid10'] },
    { raidlabs: ['0.2.0'] },
    { runs: ['other'] },
    { twins: 'only' as const },
  ]) {
    assert.deepEqual(found(filter), ['tiny-disks'], JSON.stringify(filter));
  }
  for (const filter of [
    { kernels: ['7.2.90'] },
    { kernels: ['.'] },
    { kernels: ["' OR 1=1 --"] },
    { drills: ['[a-z]*'] },
    { layouts: ['%'] },
    { matrices: ['one'], tools: ['sid'] },
  ]) {
    assert.deepEqual(found(filter), [], JSON.stringify(filter));
  }
  assert.deepEqual(
    [archive.valuesOf('matrix'), archive.valuesOf('kernel_name'), archive.hasRun('other'), archive.hasRun('none')],
    [['one', 'two'], ['6.12.118', '7.2.9'], true, false],
  );
});

test('counts are those that one gets by hand', async () => {
  using archive = await openArchive(newHostPath());
  const results = [...madeUpResults(5000)];
  archive.add(results);
  const counts = archive.count(everyResult);
  for (const each of counts) {
    const those = results.filter(
      ({ drill, isTwin, layout, tools, release }) =>
        drill === each.drill &&
        isTwin === each.isTwin &&
        layout === each.layout &&
        tools === each.tools &&
        release?.startsWith(each.kernel) === true,
    );
    assert.deepEqual(
      [each.counts.good, each.counts.bad, each.counts.machine],
      ['good', 'bad', 'machine'].map((standing) => those.filter((result) => result.standing === standing).length),
    );
    const latest = those.findLast(({ standing }) => standing === 'good');
    assert.equal(each.good?.run, latest?.run);
  }
  assert.equal(
    counts.reduce((sum, each) => sum + each.counts.good + each.counts.bad + each.counts.machine, 0),
    5000,
  );
});

test('a drill with other options is counted apart', async () => {
  using archive = await openArchive(newHostPath());
  archive.add([oneResult, { ...oneResult, run: 'other', variation: '--boot systemd', standing: 'bad', verdict: 'broken' }]);
  assert.deepEqual(
    archive.count(everyResult).map(({ variation, counts }) => [variation, counts.good, counts.bad]),
    [
      ['', 1, 0],
      ['--boot systemd', 0, 1],
    ],
  );
});

test('an archive of an older raidlab keeps its results', async () => {
  const hostPath = newHostPath();
  {
    // Before --boot and --skip-step were kept.
    using older = await openSqlite(hostPath, migrations.slice(0, 2));
    const { directory, brokenChecks, isTwin, isKnown, toolsVersion, durationMs, startedAt, variation, ...same } = oneResult;
    assert.equal(variation, '');
    const row = {
      ...same,
      ...{ directory, broken_checks: JSON.stringify(brokenChecks), is_twin: Number(isTwin), is_known: Number(isKnown) },
      ...{ tools_version: toolsVersion, duration_ms: durationMs, started_at: startedAt, kernel_name: '6.12.118' },
    };
    const names = Object.keys(row);
    older.prepare(`INSERT INTO results (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(...Object.values(row));
  }
  using archive = await openArchive(hostPath);
  assert.deepEqual(archive.latest(everyResult, 10), [oneResult]);
});

test('the fault among made-up results is found where it is, and nowhere else', async () => {
  using archive = await openArchive(newHostPath());
  archive.add([...madeUpResults(20_000)]);
  const found = findRegressions(archive.count(everyResult));
  assert.deepEqual(
    found.map(({ drill, tools, firstBad, lastBad, fixedIn }) => [drill, tools, firstBad.kernel, lastBad.kernel, fixedIn?.kernel]),
    ['bookworm', 'trixie'].map((tools) => [madeUpFault.drill, tools, madeUpFault.first, madeUpFault.last, madeUpFault.fixedIn]),
  );
});

test('what is no archive is refused and left as it is', async () => {
  const refused = async (hostPath: string, why: RegExp): Promise<void> => {
    const error: unknown = await openArchive(hostPath).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof RaidlabError && error.failure.reason === 'bad-archive', String(error));
    assert.match(error.failure.why, why);
  };
  const text = join(root, 'text.sqlite');
  writeFileSync(text, 'a text, which is no database, and is long enough to be one, with more than a hundred bytes in it, to be sure of it');
  await refused(text, /not a database/u);
  const { DatabaseSync } = await import('node:sqlite');
  const foreign = new DatabaseSync(join(root, 'foreign.sqlite'));
  foreign.exec('CREATE TABLE theirs (a)');
  foreign.close();
  await refused(join(root, 'foreign.sqlite'), /another program/u);
  const newer = join(root, 'newer.sqlite');
  (await openSqlite(newer, [...migrations, 'CREATE TABLE more (a)'])).close();
  await refused(newer, /of a newer raidlab: version \d+, and this one knows \d+/u);
  await assert.rejects(openArchive(join(text, 'below')), /archive of results/u);
});

test('an older file is brought to the newest version, with what is in it', async () => {
  const hostPath = newHostPath();
  const first = ['CREATE TABLE a (b)'];
  const old = await openSqlite(hostPath, first);
  old.exec('INSERT INTO a VALUES (7)');
  old.close();
  const now = await openSqlite(hostPath, [...first, 'ALTER TABLE a ADD COLUMN c']);
  assert.deepEqual({ ...now.prepare('SELECT b, c FROM a').get() }, { b: 7, c: null });
  now.close();
});
