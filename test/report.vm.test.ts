// What a report shows of real drills, against what their events say: read here by hand, with nothing of the view's.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import type { RecordedEvent } from '../src/core/event.ts';
import type { RunResult } from '../src/report/drill/result.ts';
import { parseQmp } from '../src/view/model/trace/qmp-record.ts';
import { chunkMaps } from '../src/view/model/chunk-map.ts';
import { lanesOf } from '../src/view/model/lanes.ts';
import { segmentAt } from '../src/view/model/segment.ts';
import { timeEvents } from '../src/view/model/timed-event.ts';
import { openTestDirectory, readEvents, typeRaidlab } from './rig/raidlab.ts';

// The first run builds the images.
const timeout = 1_200_000;

type Sampled = Extract<RecordedEvent, { type: 'array-sampled' }>;

/** A drill of a run: what its report draws, and its raw events. */
function drillOf(events: readonly RecordedEvent[], job: string) {
  const own = events.filter((event) => event.job === job);
  const timed = timeEvents(own);
  const lanes = lanesOf(timed);
  const startMs = Date.parse(own.find(({ type }) => type === 'drill-started')?.at ?? '');
  const sinceStart = ({ at }: RecordedEvent): number => Date.parse(at) - startMs;
  const step = (name: string, type: 'step-started' | 'step-ended'): number =>
    sinceStart(own.find((event) => event.type === type && event.step === name) ?? assert.fail(`${job} has no step ${name}`));
  return {
    own,
    lanes,
    maps: chunkMaps(timed, lanes.disks),
    sinceStart,
    /** The state of a disk's lane at the end of a step. */
    disk: (serial: string, name: string) =>
      segmentAt(lanes.disks.find(({ disk }) => disk === serial)?.segments ?? [], step(name, 'step-ended') - 1)?.state,
    mount: (name: string) => segmentAt(lanes.mount, step(name, 'step-ended') - 1)?.state,
    samples: own.filter((event): event is Sampled => event.type === 'array-sampled' && event.sample.mounts.length > 0),
    exposure: own.find((event) => event.type === 'exposure-measured')?.exposure ?? assert.fail(`${job} has no exposure`),
    fault: (name: string) => own.find((event) => event.type === 'fault-injected' && event.fault === name) ?? assert.fail(name),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

test('the lanes and chunk maps of a replacement and its twin are as their events say', { timeout }, async (suite) => {
  await using directory = await openTestDirectory();
  const words = ['drill', 'replace-missing-disk', '--with-twin', '--reporter', 'junit=junit.xml', '--reporter', 'html=copy.html'];
  const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, words).ended;
  assert.equal(exitCode, 0, stdout + stderr);
  const events = await readEvents(directory.hostPath);
  const held = drillOf(events, 'replace-missing-disk');
  const twin = drillOf(events, 'replace-missing-disk-twin');

  await suite.test('disks and mount', () => {
    for (const drill of [held, twin]) {
      assert.deepEqual([drill.disk('DISK1', 'start-writer'), drill.disk('DISK3', 'start-writer')], ['in', 'spare']);
      assert.deepEqual([drill.disk('DISK1', 'pull-disk'), drill.mount('pull-disk')], ['pulled', 'read-write']);
      assert.equal(drill.mount('mount-degraded'), 'degraded');
      assert.deepEqual(
        ['DISK1', 'DISK2', 'DISK3'].map((disk) => drill.disk(disk, 'update-crypttab')),
        ['pulled', 'in', 'in'],
      );
      const rebuilt = drill.lanes.disks.find(({ disk }) => disk === 'DISK3')?.segments.find(({ state }) => state === 'being rebuilt');
      const replace = drill.own.filter((event) => event.type === 'command-typed' && event.argv[1] === 'replace');
      assert.equal(Math.round(rebuilt?.beginMs ?? 0), Math.round(drill.sinceStart(replace[0] ?? assert.fail())));
      assert.deepEqual(
        drill.lanes.disks.map(({ disk }) => disk),
        ['DISK1', 'DISK2', 'DISK3'],
      );
    }
  });

  await suite.test('the chunk map: two copies of all, or one where the balance was left out', () => {
    assert.deepEqual(new Set(held.maps.at(-1)?.chunks.map(({ hold }) => hold)), new Set(['whole']));
    const alone = held.maps.find(({ devices }) => devices.some(({ state }) => state === 'missing' || state === 'pulled'));
    assert.ok(alone?.chunks.every(({ hold }) => hold === 'one copy'));
    const left = twin.samples.at(-1)?.sample.chunks.filter(({ profile }) => profile === 'single') ?? [];
    assert.ok(left.length > 0);
    const shown = twin.maps.at(-1)?.chunks.filter(({ hold }) => hold === 'one copy') ?? [];
    assert.deepEqual(
      shown.map(({ startBytes }) => startBytes),
      left.map(({ startBytes }) => startBytes),
    );
  });

  await suite.test('exposure: from the fault until the balance, and for ever without it', async () => {
    const endOf = (drill: typeof held): number =>
      sum((drill.samples.at(-1)?.sample.chunks ?? []).filter(({ profile }) => profile === 'single').map(({ usedBytes }) => usedBytes));
    assert.equal(held.exposure.endBytes, 0);
    assert.equal(twin.exposure.endBytes, endOf(twin));
    const atFault = held.samples.findLast((event) => held.sinceStart(event) < held.sinceStart(held.fault('disk-pull')));
    const [first] = held.exposure.points;
    assert.equal(first?.bytes, sum(atFault?.sample.chunks.map(({ usedBytes }) => usedBytes) ?? []));
    assert.ok(Math.abs(first.afterMs - held.sinceStart(held.fault('disk-pull'))) < 200);
    const result = JSON.parse(await readFile(join(directory.hostPath, 'raidlab-results/latest/result.json'), 'utf8')) as RunResult;
    assert.equal(result.drills[1]?.exposure?.endBytes, twin.exposure.endBytes);
    assert.match(
      await readFile(join(directory.hostPath, 'junit.xml'), 'utf8'),
      /name="exposed, replace-missing-disk" value="\d+ s, at most \d/u,
    );
  });

  await suite.test('what was said to QEMU when the disk was pulled, and the tags by which the drill was planned', async () => {
    const text = await readFile(join(directory.hostPath, 'raidlab-results/latest/report.html'), 'utf8');
    const block = /<script type="application\/x-raidlab-qmp" data-job="replace-missing-disk">([^<]*)</u.exec(text)?.[1] ?? '';
    const { messages, leftOutBytes } = parseQmp(inflateSync(Buffer.from(block, 'base64')).toString());
    const fault = Date.parse(held.fault('disk-pull').at);
    const pulls = messages.filter(({ message }) => message.execute === 'device_del');
    assert.ok(
      pulls.some(({ machine, atMs, message }) => machine === 'main' && fault - atMs < 1000 && JSON.stringify(message).includes('DISK1')),
    );
    assert.equal(leftOutBytes, 0);
    const planned = events.find((event) => event.type === 'run-planned')?.jobs ?? [];
    assert.deepEqual(
      planned.map(({ tags }) => tags),
      [
        ['missing', 'replace', 'balance'],
        ['missing', 'replace', 'balance'],
      ],
    );
  });

  await suite.test('the report is in the folder of the run, and where it was asked for', async () => {
    const text = await readFile(join(directory.hostPath, 'raidlab-results/latest/report.html'), 'utf8');
    assert.equal(await readFile(join(directory.hostPath, 'copy.html'), 'utf8'), text);
    assert.match(stdout, /^ {2}report {7}raidlab-results\/\S+\/report\.html$/mu);
    const again = await typeRaidlab(directory.hostPath, ['report', '--output', 'again.html']).ended;
    assert.deepEqual([again.exitCode, again.stdout], [0, 'again.html\n']);
    assert.equal(await readFile(join(directory.hostPath, 'again.html'), 'utf8'), text);
  });
});

test('rot, a slow disk and a salvage are shown as what they are', { timeout }, async (suite) => {
  await using directory = await openTestDirectory();
  const words = ['drill', 'silent-corruption', 'slow-disk', 'second-disk-fails-salvage'];
  const { exitCode, stdout, stderr } = await typeRaidlab(directory.hostPath, words).ended;
  assert.equal(exitCode, 0, stdout + stderr);
  const events = await readEvents(directory.hostPath);

  await suite.test('silent-corruption', () => {
    const drill = drillOf(events, 'silent-corruption');
    const fault = drill.fault('silent-corruption');
    assert.ok(fault.type === 'fault-injected' && fault.disk !== null && fault.bytes !== null && fault.bytes > 0);
    assert.deepEqual([drill.disk(fault.disk, 'corrupt-leg'), drill.disk(fault.disk, 'scrub')], ['damaged', 'in']);
    assert.deepEqual([drill.exposure.mostBytes, drill.exposure.endBytes], [fault.bytes, 0]);
    assert.ok(drill.maps.every(({ chunks }) => chunks.every(({ hold }) => hold === 'whole')));
  });

  await suite.test('slow-disk', () => {
    const drill = drillOf(events, 'slow-disk');
    assert.equal(drill.disk('DISK2', 'slow-down'), 'slow');
    assert.deepEqual([drill.disk('DISK2', 'retire-disk'), drill.disk('DISK3', 'retire-disk')], ['pulled', 'in']);
    assert.deepEqual([drill.exposure.mostBytes, drill.exposure.exposedMs], [0, 0]);
    assert.deepEqual(
      [...new Set(drill.lanes.mount.map(({ state }) => state))].filter((state) => state !== 'machine off'),
      ['read-write'],
    );
  });

  await suite.test('second-disk-fails-salvage', () => {
    const drill = drillOf(events, 'second-disk-fails-salvage');
    assert.equal(drill.disk('DISK1', 'wear-out'), 'failing');
    assert.deepEqual([drill.disk('DISK1', 'lose-first'), drill.disk('DISK2', 'lose-first')], ['failing', 'pulled']);
    assert.equal(drill.mount('mount-for-rescue'), 'read-only');
    // What is saved lies on one disk.
    const last = drill.samples.at(-1)?.sample.chunks ?? [];
    assert.equal(drill.exposure.endBytes, sum(last.map(({ usedBytes }) => usedBytes)));
    assert.deepEqual(
      drill.maps.at(-1)?.devices.map(({ disk }) => disk),
      ['DISK3'],
    );
  });
});
