import assert from 'node:assert/strict';
import { open, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtLab, disk, rotted } from '../../core/lab/fixtures/built-lab.ts';
import { diskHostPath } from '../../lab/place/lab-place.ts';
import { failureOf } from '../../machine/fixtures/scripted-peer.ts';
import { openLabAtRest } from '../fixtures/open-lab-at-rest.ts';

test('a lab that is off is listed from anywhere, until its directory is gone and it is forgotten', async () => {
  await using lab = await openLabAtRest();
  const listed = JSON.parse((await lab.run('ls', '--json')).stdout) as { readonly labs: readonly Record<string, unknown>[] };
  assert.deepEqual(
    listed.labs.map(({ name, hostPath, condition, trouble }) => ({ name, hostPath, condition, trouble })),
    [{ name: 'default', hostPath: lab.place.hostPath, condition: { is: 'off', how: 'halt', since: builtLab.life.at }, trouble: null }],
  );
  assert.match((await lab.run('ls')).stdout, /^default {2}/u);
  assert.equal((await lab.run('prune')).stdout, 'Nothing to forget.\n');
  await rm(lab.place.hostPath, { recursive: true });
  assert.equal((await lab.run('prune')).stdout, `Forgot default: ${lab.place.hostPath} is gone.\n`);
  assert.deepEqual(JSON.parse((await lab.run('ls', '--json')).stdout), { v: 1, labs: [] });
});

test('the status of a lab that is off is what is written down, without a picture', async () => {
  await using lab = await openLabAtRest();
  const status = JSON.parse((await lab.run('status', '--json')).stdout) as Record<string, unknown>;
  assert.deepEqual([status.v, status.lab, status.picture], [1, 'default', null]);
  assert.deepEqual(status.state, builtLab);
  const { stdout } = await lab.run('status');
  for (const { serial } of builtLab.disks) assert.match(stdout, new RegExp(serial, 'u'));
});

test('what needs a lab that is on says that it is off, and since how', async () => {
  await using lab = await openLabAtRest();
  for (const argv of [['ssh'], ['ssh', '--', 'true'], ['ssh-config'], ['cp', ':/etc/fstab', '.'], ['provision']])
    assert.deepEqual([argv, (await failureOf(lab.run(...argv))).reason], [argv, 'not-on']);
});

test('where there is no such lab, each command names those that there are', async () => {
  await using lab = await openLabAtRest();
  for (const words of [['status'], ['halt'], ['logs'], ['disk', 'ls'], ['snapshot', 'ls'], ['ssh-config']]) {
    const failure = await failureOf(lab.run(...words, '--lab', 'other'));
    assert.deepEqual(failure, { area: 'lab', reason: 'no-lab', lab: 'other', hostPath: lab.hostPath, known: ['default'] });
  }
});

test('a lab that is off stays off, and a lab that is removed is gone, twice as well', async () => {
  await using lab = await openLabAtRest();
  assert.match((await lab.run('halt')).stdout, /already off/u);
  assert.deepEqual(await lab.state(), builtLab);
  assert.equal((await lab.run('destroy')).stdout, `default is gone (${lab.place.hostPath}).\n`);
  assert.match((await lab.run('destroy')).stdout, /no lab called default/u);
  assert.deepEqual(JSON.parse((await lab.run('ls', '--json')).stdout), { v: 1, labs: [] });
});

test('the log is made harmless unless the bytes themselves are asked for; a lab that was never on has none', async () => {
  await using lab = await openLabAtRest();
  assert.equal((await lab.run('logs')).stdout, '');
  await mkdir(lab.place.logsHostPath, { mode: 0o700 });
  const said = '[    1.0] \u001b]0;title\u0007red\nlast';
  await writeFile(join(lab.place.logsHostPath, 'console.log'), said);
  const { stdout } = await lab.run('logs');
  assert.ok(stdout.includes('red') && stdout.includes('last'));
  assert.doesNotMatch(stdout, /\u001b|\u0007/u);
  assert.equal((await lab.run('logs', '--raw')).stdout, said);
});

test('a disk that is pulled is out until it is put back, and doing it again does nothing', async () => {
  await using lab = await openLabAtRest();
  const isIn = async (): Promise<readonly boolean[]> => (await lab.state()).disks.map((each) => each.isIn);
  assert.match((await lab.run('disk', 'pull', 'disk1')).stdout, /^DISK1 .*out: pulled$/mu);
  assert.deepEqual(await isIn(), [false, true, true]);
  assert.match((await lab.run('disk', 'pull', 'DISK1')).stdout, /^Nothing to do/u);
  assert.match((await lab.run('disk', 'insert', 'DISK1')).stdout, /^DISK1 .*in$/mu);
  assert.deepEqual(await isIn(), [true, true, true]);
});

test('what may destroy the last good copy is done only when that is said', async () => {
  await using lab = await openLabAtRest();
  await lab.run('disk', 'pull', 'DISK1');
  assert.equal((await failureOf(lab.run('disk', 'pull', 'DISK2'))).reason, 'beyond-redundancy');
  assert.deepEqual((await lab.state()).disks[1], disk('DISK2'));
  await lab.run('disk', 'pull', 'DISK2', '--beyond-redundancy');
  assert.equal((await lab.state()).disks[1]?.isIn, false);
});

const faults: readonly (readonly [words: readonly string[], fault: Readonly<Record<string, unknown>>])[] = [
  [['fail', 'DISK2'], { kind: 'all-errors' }],
  [['fail', 'DISK2', '--read', '--write'], { kind: 'all-errors' }],
  [['fail', 'disk2', '--read', '--rate', '0.05'], { kind: 'read-errors', everyNth: 20 }],
  [['fail', 'DISK2', '--write', '--at', '64KiB+4KiB'], { kind: 'write-errors', at: [{ offsetBytes: 65_536, lengthBytes: 4096 }] }],
  [['slow', 'DISK2', '--to', '2'], { kind: 'slow-disk', bytesPerSecond: 2 * 1024 ** 2 }],
  [['slow', 'DISK2', '--latency', '200'], { kind: 'slow-disk', requestsPerSecond: 5 }],
];
for (const [words, fault] of faults) {
  test(`disk ${words.join(' ')} stands until it is taken away`, async () => {
    await using lab = await openLabAtRest();
    await lab.run('disk', ...words);
    assert.deepEqual((await lab.state()).faults, [{ disk: 'DISK2', ...fault }]);
    await lab.run('disk', 'restore', 'DISK2');
    assert.deepEqual((await lab.state()).faults, []);
  });
}

for (const words of [
  ['fail', 'DISK1', '--all', '--read'],
  ['slow', 'DISK1'],
  ['rot', 'DISK1', '--at', '64KiB', '--bytes', '1MiB'],
]) {
  test(`disk ${words.join(' ')} is no one thing, and does none`, async () => {
    await using lab = await openLabAtRest();
    assert.equal((await failureOf(lab.run('disk', ...words))).reason, 'bad-arguments');
    assert.deepEqual(await lab.state(), builtLab);
  });
}

test('rot changes the bytes that were named, and no others, and is remembered', async () => {
  await using lab = await openLabAtRest();
  await lab.run('disk', 'rot', 'DISK1', '--at', '64KiB+4KiB');
  const image = await readFile(diskHostPath(lab.place, 'DISK1'));
  const changed = [...image.keys()].filter((at) => image[at] !== 0);
  assert.deepEqual([changed.length, changed[0], changed.at(-1)], [4096, 65_536, 65_536 + 4095]);
  const [first] = (await lab.state()).disks;
  assert.equal(first?.damage.length, 1);
  assert.match(first.damage[0]?.what ?? '', /65536, 4 KiB/u);
});

test('a header that is wiped is zero as far as was said', async () => {
  await using lab = await openLabAtRest();
  {
    await using image = await open(diskHostPath(lab.place, 'DISK1'), 'r+');
    await image.write(Buffer.alloc(64 * 1024, 0xff));
  }
  await lab.run('disk', 'wipe-header', 'DISK1', '--size', '4KiB');
  const image = await readFile(diskHostPath(lab.place, 'DISK1'));
  assert.equal(
    image.findIndex((byte) => byte !== 0),
    4096,
  );
});

test('a new disk has the next serial and an image of its size', async () => {
  await using lab = await openLabAtRest();
  assert.match((await lab.run('disk', 'add', '--size', '2GiB')).stdout, /^DISK4 +2 GiB/u);
  await using image = await open(diskHostPath(lab.place, 'DISK4'));
  assert.equal((await image.stat()).size, 2 * 1024 ** 3);
});

test('a lab that was damaged is not taken for a whole one', async () => {
  await using lab = await openLabAtRest({ ...builtLab, disks: [disk('DISK1', { damage: [rotted] }), disk('DISK2'), disk('DISK3')] });
  assert.match((await lab.run('status')).stdout, /rot/u);
  const damaged = JSON.parse((await lab.run('disk', 'ls', '--json')).stdout) as { readonly disks: readonly { readonly damage: unknown }[] };
  assert.deepEqual(damaged.disks[0]?.damage, [rotted]);
});

test('a state that somebody wrote badly is refused by each command that reads it', async () => {
  await using lab = await openLabAtRest();
  await writeFile(lab.place.stateHostPath, '{"v": 1, "serial": "../../x"}');
  for (const words of [['status'], ['disk', 'ls'], ['disk', 'pull', 'DISK1'], ['ssh-config'], ['snapshot', 'save', 'x']])
    assert.deepEqual([words, (await failureOf(lab.run(...words))).reason], [words, 'state-damaged']);
});
