import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DiskDamage, StandingFault } from '../../core/fault/fault.ts';
import { keepArrayDisks } from '../start/array-disks.ts';
import { createTestContext, failureOf, openScriptedPeer } from '../fixtures/scripted-peer.ts';
import type { Request, ScriptedPeer } from '../fixtures/scripted-peer.ts';
import { beginMachineLife } from '../machine-life.ts';
import { connectQmp } from '../qmp/qmp-client.ts';
import { keepFaultChains } from './fault-chains.ts';
import { keepMachineFaults } from './machine-faults.ts';

const reads: StandingFault = { kind: 'read-errors', disk: 'DISK1' };
const slow: StandingFault = { kind: 'slow-disk', disk: 'DISK1', requestsPerSecond: 5 };
const wipe: DiskDamage = { kind: 'header-wipe', disk: 'DISK1', lengthBytes: 4096 };

/** A command and what it is about, in a line: `blockdev-add DISK1-f1.0`. */
function lineOf({ execute, arguments: args = {} }: Request): string {
  return [execute, args.value ?? args['node-name'] ?? args.id].filter((word) => typeof word === 'string').join(' ');
}

/** A QEMU that has DISK1 and does what it is told, but for what matches `refused`; it writes everything down. */
async function openQemu(peer: ScriptedPeer) {
  const ctx = createTestContext();
  const said: string[] = [];
  const qemu: { refused: RegExp; onRequest?: (request: Request) => void } = { refused: /^$/ };
  const results: Readonly<Record<string, unknown>> = {
    'query-status': { running: true, status: 'running' },
    'query-named-block-nodes': [{ 'node-name': 'DISK1-format', image: { 'virtual-size': 1024 * 1024 } }],
  };
  const answer = async (): Promise<void> => {
    for (;;) {
      const request = await peer.next();
      const { id, execute } = request;
      if (!execute.startsWith('q') || execute === 'qom-set') said.push(lineOf(request));
      qemu.onRequest?.(request);
      if (qemu.refused.test(lineOf(request))) peer.say({ error: { class: 'GenericError', desc: 'no' }, id });
      else peer.say({ return: results[execute] ?? {}, id });
    }
  };
  const transcriptHostPath = join(peer.directoryHostPath, 'qmp.ndjson');
  peer.say({ QMP: {} });
  void answer();
  const qmp = peer.owns(await connectQmp(ctx, beginMachineLife('main'), { socketHostPath: peer.socketHostPath, transcriptHostPath }));
  const scratchHostPath = peer.directoryHostPath;
  const chains = keepFaultChains(qmp, scratchHostPath);
  const disks = keepArrayDisks(qmp, [{ serial: 'DISK1', hostPath: '/work/DISK1.img', format: 'raw' }], chains);
  said.length = 0;
  return { ctx, said, qemu, disks, faults: keepMachineFaults({ qmp, disks, chains, scratchHostPath }) };
}

test('a fault is built below, then the device moves onto it, then what was there goes', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, said, faults, qemu } = await openQemu(peer);
  qemu.onRequest = ({ execute, arguments: args = {} }) => {
    if (execute === 'blockdev-add' && args.driver === 'blkdebug') assert.match(readFileSync(String(args.config), 'utf8'), /inject-error/);
  };
  await faults.inject(ctx, reads);
  await faults.inject(ctx, slow);
  assert.deepEqual(faults.list(), [reads, slow]);
  await faults.clear(ctx, reads);
  await faults.clear(ctx, slow);
  assert.deepEqual(faults.list(), []);
  assert.deepEqual(said, [
    ...['blockdev-add DISK1-f1.0', 'qom-set DISK1-f1.0'],
    ...['object-add DISK1-f2.1', 'blockdev-add DISK1-f2.0', 'blockdev-add DISK1-f2.1', 'qom-set DISK1-f2.1', 'blockdev-del DISK1-f1.0'],
    ...['object-add DISK1-f3.0', 'blockdev-add DISK1-f3.0', 'qom-set DISK1-f3.0'],
    ...['blockdev-del DISK1-f2.1', 'blockdev-del DISK1-f2.0', 'object-del DISK1-f2.1'],
    ...['qom-set DISK1-format', 'blockdev-del DISK1-f3.0', 'object-del DISK1-f3.0'],
  ]);
  assert.deepEqual(
    readdirSync(peer.directoryHostPath).filter((name) => name.startsWith('DISK1')),
    [],
    'no rule file is left',
  );
});

for (const refused of [/^object-add/, /^blockdev-add DISK1-f2.1/, /^qom-set DISK1-f2/]) {
  test(`what QEMU refuses leaves everything as it was: ${String(refused)}`, async () => {
    await using peer = await openScriptedPeer();
    const { ctx, said, faults, qemu } = await openQemu(peer);
    await faults.inject(ctx, reads);
    said.length = 0;
    qemu.refused = refused;
    assert.equal((await failureOf(faults.inject(ctx, slow))).reason, 'qmp-error');
    assert.deepEqual(faults.list(), [reads]);
    const added = said.filter((line) => line.includes('-add') && !refused.test(line)).map((line) => line.split(' ')[1]);
    const deleted = said.filter((line) => line.includes('-del')).map((line) => line.split(' ')[1]);
    assert.deepEqual(added.sort(), deleted.sort());
  });
}

test('a machine that is not running yet gets its faults when its images are active', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, said, faults } = await openQemu(peer);
  await faults.restore(ctx, []);
  assert.deepEqual(said, []);
  await faults.restore(ctx, [reads]);
  assert.deepEqual(said, ['blockdev-set-active', 'blockdev-add DISK1-f1.0', 'qom-set DISK1-f1.0']);
});

test('a disk that was pulled gets its fault without a device', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, said, faults, disks, qemu } = await openQemu(peer);
  qemu.onRequest = ({ execute }) => {
    if (execute === 'device_del') peer.say({ event: 'DEVICE_DELETED', data: { device: 'DISK1', path: '/machine/peripheral/DISK1' } });
  };
  await disks.pull(ctx, 'DISK1');
  said.length = 0;
  await faults.inject(ctx, reads);
  assert.deepEqual(said, ['blockdev-add DISK1-f1.0']);
});

test('what cannot be is refused before anything is changed', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, said, faults } = await openQemu(peer);
  await faults.inject(ctx, reads);
  said.length = 0;
  await assert.rejects(faults.inject(ctx, { ...reads }), /has this fault already/);
  await assert.rejects(faults.inject(ctx, { ...reads, disk: 'DISK2' }), /DISK2 cannot have a fault: it was never in the machine/);
  await assert.rejects(faults.inject(ctx, { ...wipe, lengthBytes: 1024 ** 3 }), /beyond the end of a disk of 1048576 bytes/);
  await assert.rejects(faults.clear(ctx, slow), /does not have the fault that is to be cleared/);
  assert.deepEqual(said, []);
});

test('damage that cannot be done puts the device back and lets the machine go on', async () => {
  await using peer = await openScriptedPeer();
  const { ctx, said, faults } = await openQemu(peer);
  await faults.inject(ctx, reads);
  said.length = 0;
  // Nobody serves the disk here.
  const failure = await failureOf(faults.inject(ctx, wipe));
  assert.ok(failure.reason === 'command-failed');
  assert.match(failure.argv.join(' '), /^qemu-io -f raw nbd\+unix:\/\/\/DISK1-format\?socket=/);
  assert.deepEqual(said, [
    ...['stop', 'blockdev-add DISK1-aside', 'qom-set DISK1-aside', 'nbd-server-start', 'block-export-add DISK1-format'],
    ...['nbd-server-stop', 'qom-set DISK1-f1.0', 'blockdev-del DISK1-aside', 'cont'],
  ]);
});

test('an interruption in the middle of damage still puts everything back', async () => {
  await using peer = await openScriptedPeer();
  const { said, faults, qemu } = await openQemu(peer);
  const interrupted = createTestContext();
  qemu.onRequest = ({ execute }) => {
    if (execute === 'block-export-add') interrupted.abort(new Error('interrupted'));
  };
  await assert.rejects(faults.inject(interrupted, wipe), /interrupted/);
  assert.deepEqual(said.slice(-4), ['nbd-server-stop', 'qom-set DISK1-format', 'blockdev-del DISK1-aside', 'cont']);
});
