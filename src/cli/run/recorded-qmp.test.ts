import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempDisposableSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRecordedQmp } from './recorded-qmp.ts';

function messages(...ids: readonly number[]): string {
  return ids
    .map((id) => `${JSON.stringify({ at: new Date(id).toISOString(), from: 'raidlab', message: { execute: 'cont', id } })}\n`)
    .join('');
}

test('what was said to QEMU is read from the folder of each machine of each drill, also after a flood', () => {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'raidlab-qmp-'));
  const place = (job: string, machine: string): string => {
    const hostPath = join(directory.path, job, machine);
    mkdirSync(hostPath, { recursive: true });
    return join(hostPath, 'qmp.ndjson');
  };
  const idsOf = (job: string, mostChars = 10_000): readonly unknown[] => {
    const record = readRecordedQmp(directory.path, mostChars).get(job);
    return [...(record?.messages.map(({ machine, message }) => `${machine} ${String(message.id)}`) ?? []), record?.leftOutBytes];
  };
  writeFileSync(join(directory.path, 'events.ndjson'), '');
  writeFileSync(place('one', 'main'), messages(1, 4));
  writeFileSync(place('one', 'reboot'), messages(2));
  writeFileSync(place('two', 'main'), `{"leftOutBytes":100}\n${messages(8, 9)}`);
  writeFileSync(`${place('two', 'main')}.old`, messages(5, 6, 7));
  // Neither of them is read: the first would block for ever, the second leads out of the run.
  execFileSync('mkfifo', [place('two', 'pipe')]);
  symlinkSync(join(directory.path, 'one', 'main'), join(directory.path, 'two', 'link'));
  assert.deepEqual(idsOf('one'), ['main 1', 'reboot 2', 'main 4', 0]);
  assert.deepEqual(idsOf('two'), ['main 5', 'main 6', 'main 7', 'main 8', 'main 9', 100]);
  const [, second = ''] = messages(8, 9).split('\n');
  const bounded = idsOf('two', 2 * second.length + 10);
  assert.deepEqual(bounded.slice(0, -1), ['main 8', 'main 9']);
  assert.ok(Number(bounded.at(-1)) >= messages(5, 6, 7).length);
  assert.equal(readRecordedQmp(join(directory.path, 'nowhere'), 1).size, 0);
});
