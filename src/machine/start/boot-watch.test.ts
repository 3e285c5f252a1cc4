import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeBoot } from '../../core/boot/boot-seen.ts';
import { createTestContext } from '../fixtures/scripted-peer.ts';
import { createTimeFactor } from '../time-factor.ts';
import { watchBoot } from './boot-watch.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a boot ends at its login, and what was of note on the way is told', async () => {
  const ctx = createTestContext();
  using watch = watchBoot(ctx, 'main');
  watch.begin();
  watch.takeBytes(
    bytes('Welcome to \u001B[1mDebian GNU/Linux 12 (bookworm)\u001B[0m!\r\n[\u001B[0;1;31mFAILED\u001B[0m] Failed to start x.ser'),
  );
  watch.takeBytes(bytes('vice - X.\r\n\r\nDebian GNU/Linux 12 raidlab ttyS0\r\n\r\nraidlab log'));
  watch.takeBytes(bytes('in: '));
  const { afterMs, ...seen } = await watch.ended;
  const unit = { trouble: 'failed', unit: 'x.service', said: 'Failed to start x.service - X.' };
  assert.deepEqual(
    { ...seen, units: seen.units.map((each) => ({ ...each, afterMs: 0 })) },
    { end: 'login', stage: 'system', said: 'raidlab login:', limit: null, units: [{ ...unit, afterMs: 0 }] },
  );
  assert.ok(afterMs >= 0 && afterMs < 10_000);
  assert.deepEqual(
    ctx.events.map((event) => (event.type === 'boot-noted' ? event.note.kind : event.type)),
    ['stage', 'unit', 'boot-ended'],
  );
});

test('a boot without an end is told at its limit, which grows with the host’s factor', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const ctx = { ...createTestContext(), timeFactor: createTimeFactor(3) };
  using watch = watchBoot(ctx, 'main', { limitMs: 60_000 });
  watch.begin();
  watch.takeBytes(
    bytes('Welcome to Debian GNU/Linux 13 (trixie)!\r\n\u001B[K[***   ] A start job is running for /dev/x (59s / no limit)\r'),
  );
  let isOver = false;
  void watch.ended.then(() => (isOver = true));
  t.mock.timers.tick(179_000);
  await Promise.resolve();
  assert.equal(isOver, false);
  t.mock.timers.tick(2000);
  const { end, said, stage, limit } = await watch.ended;
  assert.deepEqual(
    { end, said, stage, limit },
    { end: null, said: '/dev/x (59 s, no limit)', stage: 'system', limit: { usualMs: 60_000, factor: 3 } },
  );
});

test('a passphrase is answered each time that it is asked for, a moment later', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let answers = 0;
  using watch = watchBoot(createTestContext(), 'main', { answer: () => (answers += 1) });
  watch.begin();
  const counts: number[] = [];
  for (const said of [
    'Please unlock disk crypt-btrfs1: ',
    '\r\nNo key available with this passphrase.\r\nPlease unlock disk crypt-btrfs1: ',
  ]) {
    watch.takeBytes(bytes(said));
    counts.push(answers);
    t.mock.timers.tick(2000);
    counts.push(answers);
  }
  assert.deepEqual(counts, [0, 1, 1, 2]);
});

test('a passphrase that nobody types is told at the limit', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  using watch = watchBoot(createTestContext(), 'main', { limitMs: 60_000 });
  watch.begin();
  watch.takeBytes(bytes('Loading, please wait...\r\nPlease unlock disk crypt-btrfs1: '));
  t.mock.timers.tick(60_000);
  assert.equal(describeBoot(await watch.ended), 'no end within 60 s, in the initramfs: a passphrase (Please unlock disk crypt-btrfs1:)');
});

test('somebody at the console goes on, and the next end has a limit of its own', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  using watch = watchBoot(createTestContext(), 'main', { limitMs: 60_000 });
  watch.begin();
  watch.takeBytes(bytes('Loading, please wait...\r\n(initramfs) '));
  assert.equal((await watch.ended).end, 'initramfs-shell');
  t.mock.timers.tick(120_000);
  const next = watch.goOn();
  watch.takeBytes(bytes('exit\r\nWelcome to Debian GNU/Linux 13 (trixie)!\r\nraidlab login: '));
  const { end, stage } = await next;
  assert.deepEqual([end, stage], ['login', 'system']);
});

test('who stops watching is told nothing more', () => {
  const ctx = createTestContext();
  const watch = watchBoot(ctx, 'main');
  watch.begin();
  watch[Symbol.dispose]();
  watch.takeBytes(bytes('raidlab login: '));
  assert.deepEqual(ctx.events, []);
});
