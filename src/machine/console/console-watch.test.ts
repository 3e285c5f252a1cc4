import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createTestContext } from '../fixtures/scripted-peer.ts';
import { beginMachineLife } from '../machine-life.ts';
import { createConsoleWatch } from './console-watch.ts';

const oops = readFileSync(new URL('../../../test/recorded/kernel/kernel-3.16-replace-oops.dmesg.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

function watch(crashGraceMs = 50) {
  const ctx = createTestContext();
  const life = beginMachineLife('main');
  return { ctx, life, console: createConsoleWatch(ctx, life, crashGraceMs) };
}

test('an ordinary line is kept and told', () => {
  const { ctx, life, console } = watch();
  console.takeLine('[    1.000000] EXT4-fs (vdc): mounted filesystem');
  assert.deepEqual(console.lines(), ['[    1.000000] EXT4-fs (vdc): mounted filesystem']);
  assert.deepEqual(ctx.events, [{ type: 'console-line-seen', machine: 'main', line: '[    1.000000] EXT4-fs (vdc): mounted filesystem' }]);
  assert.equal(life.end(), undefined);
});

test('a crash ends the machine when its report is over', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { ctx, life, console } = watch(10_000);
  for (const line of oops) console.takeLine(line);
  t.mock.timers.tick(2000);
  const end = life.end();
  assert.ok(end?.state === 'crashed', 'it does not wait for the whole grace');
  assert.equal(end.trouble.at?.function, 'btrfs_kobj_rm_device');
  assert.deepEqual(console.troubles(), [end.trouble]);
  assert.equal(ctx.events.filter(({ type }) => type === 'kernel-trouble-seen').length, 1);
});

test('a crash whose report breaks off ends the machine all the same', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { life, console } = watch(50);
  for (const line of oops.slice(0, oops.findIndex((line) => line.includes('Call Trace')) + 2)) console.takeLine(line);
  t.mock.timers.tick(49);
  assert.equal(life.end(), undefined);
  t.mock.timers.tick(1);
  const end = life.end();
  assert.equal(end?.state === 'crashed' && end.trouble.at?.function, 'btrfs_kobj_rm_device');
});

test('a report that QEMU takes to its grave is closed with the console', () => {
  const { life, console } = watch(10_000);
  console.takeLine('[    5.015049] Kernel panic - not syncing: sysrq triggered crash');
  console.takeEnd('[    5.0159');
  const end = life.end();
  assert.equal(end?.state === 'crashed' && end.trouble.kind, 'panic');
});

test('a warning is recorded, and the machine lives on', () => {
  const { life, console } = watch();
  for (const line of [
    '[   10.000000] ------------[ cut here ]------------',
    '[   10.000000] WARNING: CPU: 0 PID: 12 at fs/btrfs/volumes.c:1 btrfs_x+0x1/0x2 [btrfs]',
    '[   10.000000] ---[ end trace 0000000000000000 ]---',
  ]) {
    console.takeLine(line);
  }
  console.takeEnd('');
  assert.deepEqual(
    console.troubles().map(({ kind }) => kind),
    ['warning'],
  );
  assert.equal(life.end(), undefined);
});

test('a guest that gives up booting is not waited for', () => {
  const { life, console } = watch();
  console.takeLine('raidlab-init: failed: no disk with the serial root');
  const end = life.end();
  assert.match(end?.state === 'failed' ? end.error.message : '', /gave up booting/);
});

test('a panic of which the console says nothing is a panic', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { life, console } = watch(20);
  console.takeLine('last words');
  console.takePanicEvent();
  t.mock.timers.tick(19);
  assert.equal(life.end(), undefined);
  t.mock.timers.tick(1);
  const end = life.end();
  assert.ok(end?.state === 'crashed');
  assert.deepEqual(end.trouble.transcript, ['last words']);
});

test('a panic of which the console tells is told once', () => {
  const { console } = watch(20);
  console.takePanicEvent();
  console.takeLine('[    5.000000] Kernel panic - not syncing: sysrq triggered crash');
  console.takeEnd('');
  assert.deepEqual(
    console.troubles().map(({ what }) => what),
    ['Kernel panic - not syncing: sysrq triggered crash'],
  );
});

const flood = (count: number, take: (line: string) => void): void => {
  for (let line = 0; line < count; line += 1) take(`[    2.000000] systemd[1]: nothing to see ${String(line)}`);
};

test('a flood is not kept, and how much of it is not kept is known', () => {
  const { ctx, life, console } = watch();
  flood(200_000, console.takeLine);
  const kept = console.lines();
  assert.ok(kept.length <= 32_768 && kept.join('').length <= 4 * 1024 ** 2);
  assert.deepEqual(console.unkept(), { lines: 200_000 - kept.length, troubles: 0 });
  assert.equal(console.lastLine(), '[    2.000000] systemd[1]: nothing to see 199999');
  console.takeEnd('');
  const told = ctx.events.filter(({ type }) => type === 'console-line-seen').length;
  assert.ok(told > 50_000 && told < 100_000, String(told));
  const remark = ctx.events.at(-1);
  assert.match(remark?.type === 'remark-made' ? remark.text : '', new RegExp(`: ${String(200_000 - told)} lines are left out`, 'u'));
  assert.equal(life.end(), undefined);
});

test('a crash after a flood is seen, and its report is whole', async () => {
  const { ctx, life, console } = watch(10_000);
  flood(200_000, console.takeLine);
  for (const line of oops) console.takeLine(line);
  const end = await life.ended;
  assert.equal(end.state === 'crashed' && end.trouble.at?.function, 'btrfs_kobj_rm_device');
  assert.ok(ctx.events.some(({ type }) => type === 'kernel-trouble-seen'));
});

test('a flood of reports is counted, and the crash behind it is kept and told', () => {
  const { ctx, life, console } = watch(10_000);
  for (let report = 0; report < 1000; report += 1) {
    console.takeLine('[   10.000000] ------------[ cut here ]------------');
    console.takeLine('[   10.000000] WARNING: CPU: 0 PID: 12 at kernel/x.c:1 some_x+0x1/0x2 [x]');
    console.takeLine('[   10.000000] ---[ end trace 0000000000000000 ]---');
  }
  console.takeLine('[   11.000000] Kernel panic - not syncing: sysrq triggered crash');
  console.takeEnd('');
  assert.equal(console.troubles().length, 65);
  assert.equal(console.troubles().at(-1)?.kind, 'panic');
  assert.equal(console.unkept().troubles, 1000 - 64);
  assert.equal(ctx.events.filter(({ type }) => type === 'kernel-trouble-seen').length, 65);
  assert.equal(life.end()?.state, 'crashed');
});

test('what the console says while a person types there is kept, and nobody takes it for the kernel', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { life, console } = watch();
  const [first, second] = [console.attend(), console.attend()];
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  for (const line of oops) console.takeLine(line);
  t.mock.timers.tick(10_000);
  assert.equal(life.end(), undefined);
  assert.deepEqual(console.lines(), oops);
  second[Symbol.dispose]();
  for (const line of oops) console.takeLine(line);
  t.mock.timers.tick(10_000);
  assert.equal(life.end()?.state, 'crashed');
});
