import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ofJob, readRecorded, withTwin } from '../../fixtures/recorded-events.ts';
import { qmpEntries } from './qmp-entries.ts';
import { formatQmp, parseQmp, readQmpRecord } from './qmp-record.ts';
import type { QmpObject, QmpRecord } from './qmp-record.ts';
import { timeEvents } from '../timed-event.ts';

const line = (at: string, from: 'raidlab' | 'qemu', message: QmpObject): string => JSON.stringify({ at, from, message });
const second = (count: number): string => new Date(Date.UTC(2026, 10, 29, 8, 0, count)).toISOString();
const lineAt = (count: number, from: 'raidlab' | 'qemu', message: QmpObject): string => line(second(count), from, message);

function readLines(lines: readonly string[], mostChars = 10_000): QmpRecord {
  return readQmpRecord([{ machine: 'main', lines, leftOutBytes: 0 }], mostChars);
}

test('the messages of all machines are in order of time, and are read from a report as they were written', () => {
  const record = readQmpRecord(
    [
      {
        machine: 'main',
        lines: [lineAt(1, 'raidlab', { execute: 'cont', id: 1 }), lineAt(3, 'qemu', { return: {}, id: 1 })],
        leftOutBytes: 0,
      },
      { machine: 'reboot', lines: [lineAt(2, 'qemu', { event: 'RESUME' })], leftOutBytes: 0 },
    ],
    10_000,
  );
  assert.deepEqual(
    record.messages.map(({ machine, from }) => [machine, from]),
    [
      ['main', 'raidlab'],
      ['reboot', 'qemu'],
      ['main', 'qemu'],
    ],
  );
  assert.deepEqual(parseQmp(formatQmp(record)), record);
  assert.deepEqual(parseQmp(''), { messages: [], leftOutBytes: 0 });
});

test("QEMU's own time of an event is left to the evidence", () => {
  const record = readLines([lineAt(1, 'qemu', { event: 'STOP', timestamp: { seconds: 1795964270, microseconds: 466472 } })]);
  assert.doesNotMatch(formatQmp(record), /timestamp/u);
});

test('of too many messages the newest are kept, and what is left out is counted', () => {
  const lines = Array.from({ length: 100 }, (_, at) => lineAt(at, 'qemu', { event: 'RTC_CHANGE', data: { offset: at % 10 } }));
  const chars = lines[0]?.length ?? 0;
  const { messages, leftOutBytes } = readLines(lines, 10 * chars);
  assert.deepEqual([messages.length, leftOutBytes], [10, 90 * chars]);
  assert.equal(messages[0]?.atMs, Date.parse(second(90)));
  const evidence = readQmpRecord([{ machine: 'main', lines: ['{"leftOutBytes":7}', ...lines.slice(0, 1)], leftOutBytes: 35 }], 1000);
  assert.equal(evidence.leftOutBytes, 42, 'with what the evidence had no room for');
});

for (const strange of [
  '',
  'half a li',
  '[1]',
  'null',
  '{"at":"yesterday","from":"qemu","message":{}}',
  '{"at":"2026-11-29T08:00:00Z","from":"guest","message":{}}',
  '{"at":"2026-11-29T08:00:00Z","from":"qemu","message":"x"}',
]) {
  test(`a line that is no message is counted and not shown: ${strange}`, () => {
    assert.deepEqual(readLines([strange]), { messages: [], leftOutBytes: strange.length });
  });
}

test('passwords and the data of secrets get into no report', () => {
  const { messages } = readLines([
    lineAt(1, 'raidlab', { execute: 'set_password', arguments: { protocol: 'vnc', password: 'hunter2' }, id: 1 }),
    lineAt(2, 'raidlab', { execute: 'object-add', arguments: { 'qom-type': 'secret', id: 'sec0', data: 'hunter2' }, id: 2 }),
    lineAt(3, 'raidlab', { execute: 'nbd-server-start', arguments: { addr: { type: 'unix', data: { path: '/run/nbd' } } }, id: 3 }),
  ]);
  assert.doesNotMatch(JSON.stringify(messages), /hunter2/u);
  assert.match(JSON.stringify(messages), /vnc.*sec0.*\/run\/nbd/u);
});

const entriesOf = (record: QmpRecord) => qmpEntries(record, []).map(({ head, tail, body, isBad }) => [head, tail, body, isBad]);

test('a command stands with its reply, and an event alone', () => {
  const entries = entriesOf(
    readLines([
      line('2026-11-29T08:00:00.000Z', 'qemu', { QMP: { version: {} } }),
      line('2026-11-29T08:00:00.000Z', 'raidlab', { execute: 'device_del', arguments: { id: 'DISK1' }, id: 6 }),
      line('2026-11-29T08:00:00.001Z', 'raidlab', { execute: 'query-status', id: 7 }),
      line('2026-11-29T08:00:00.002Z', 'qemu', { event: 'DEVICE_DELETED', data: { device: 'DISK1' } }),
      line('2026-11-29T08:00:00.003Z', 'qemu', { return: { running: true }, id: 7 }),
      line('2026-11-29T08:00:00.004Z', 'qemu', { return: {}, id: 6 }),
      line('2026-11-29T08:00:00.005Z', 'raidlab', { execute: 'device_del', arguments: { id: 'DISK9' }, id: 8 }),
      line('2026-11-29T08:00:00.005Z', 'qemu', { error: { class: 'DeviceNotFound', desc: 'no DISK9' }, id: 8 }),
      line('2026-11-29T08:00:00.006Z', 'qemu', { return: {}, id: 5 }),
      line('2026-11-29T08:00:00.007Z', 'raidlab', { execute: 'quit', id: 9 }),
    ]),
  );
  assert.deepEqual(entries, [
    ['greeting {"QMP":{"version":{}}}', '', '', false],
    ['device_del {"id":"DISK1"}', '4 ms', '', false],
    ['query-status', '2 ms', '{\n  "running": true\n}', false],
    ['event DEVICE_DELETED {"device":"DISK1"}', '', '', false],
    ['device_del {"id":"DISK9"}', 'refused  0 ms', '{\n  "class": "DeviceNotFound",\n  "desc": "no DISK9"\n}', true],
    ['reply', '', '', false],
    ['quit', 'no reply seen', '', false],
  ]);
});

test('the same number in two machines, or in a machine that was started again, is not the same command', () => {
  const asked = { execute: 'cont', id: 1 };
  const record = readQmpRecord(
    [
      {
        machine: 'main',
        lines: [lineAt(1, 'raidlab', asked), lineAt(5, 'raidlab', asked), lineAt(6, 'qemu', { return: {}, id: 1 })],
        leftOutBytes: 0,
      },
      { machine: 'reboot', lines: [lineAt(2, 'raidlab', asked), lineAt(3, 'qemu', { return: {}, id: 1 })], leftOutBytes: 0 },
    ],
    10_000,
  );
  assert.deepEqual(
    entriesOf(record).map(([, tail]) => tail),
    ['no reply seen', '1000 ms', '1000 ms'],
  );
});

test('a message belongs to the step that was under way, and what is left out is said where it is missing', () => {
  const events = timeEvents(ofJob(readRecorded(withTwin), 'replace-missing-disk'));
  const pull = events.find(({ event }) => event.type === 'step-started' && event.step === 'pull-disk');
  const at = pull?.event.at ?? assert.fail();
  const record = readQmpRecord(
    [{ machine: 'main', lines: [line(at, 'raidlab', { execute: 'device_del', id: 1 })], leftOutBytes: 3 * 1024 * 1024 }],
    1000,
  );
  assert.deepEqual(
    qmpEntries(record, events).map(({ step, afterMs, head }) => [step, afterMs, head]),
    [
      ['pull-disk', pull?.afterMs, 'QMP before this is left out here, 3 MiB: it is in the qmp.ndjson of each machine'],
      ['pull-disk', pull?.afterMs, 'device_del'],
    ],
  );
});
