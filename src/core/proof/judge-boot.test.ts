import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BootSeen } from '../boot/boot-seen.ts';
import { judgeInitramfsShell, judgeLogin, judgeStaysMounted } from './judge-boot.ts';

const login: BootSeen = { end: 'login', stage: 'system', said: 'raidlab login:', afterMs: 34_200, limit: null, units: [] };
const unit = {
  trouble: 'dependency-failed',
  unit: 'storage.mount',
  said: 'Dependency failed for storage.mount.',
  afterMs: 91_000,
} as const;

test('only a login is one, and a wait without an end names its limit', () => {
  assert.deepEqual([judgeLogin(login).outcome, judgeLogin(login).evidence], ['held', ['the login was reached after 34 s']]);
  const emergency = judgeLogin({ ...login, end: 'emergency', units: [unit] });
  assert.deepEqual([emergency.outcome, emergency.evidence.at(-1)], ['broken', '91 s: Dependency failed for storage.mount.']);
  const waiting = judgeLogin({
    ...login,
    end: null,
    stage: 'initramfs',
    said: '/dev/x (299 s, no limit)',
    limit: { usualMs: 300_000, factor: 1 },
  });
  assert.deepEqual([waiting.outcome, waiting.evidence], ['broken', ['no end within 300 s, in the initramfs: /dev/x (299 s, no limit)']]);
});

test('a shell in which a boot can be helped is another thing than a wait without an end', () => {
  const shell: BootSeen = { ...login, end: 'initramfs-shell', stage: 'initramfs', said: '(initramfs)' };
  assert.equal(judgeInitramfsShell(shell).outcome, 'held');
  assert.deepEqual([judgeLogin(shell).outcome, judgeInitramfsShell({ ...shell, end: null }).outcome], ['broken', 'broken']);
  assert.equal(judgeLogin(login, { name: 'boots-alone', claim: 'It boots by itself' }).name, 'boots-alone');
});

test('a mount stays when it is there at every look', () => {
  const mounted = { target: '/storage', source: '/dev/mapper/crypt-btrfs2', fstype: 'btrfs', options: ['rw', 'degraded'] };
  const mountPoint = '/storage';
  assert.equal(judgeStaysMounted([{ when: 'at once', mountPoint, mounted }]).outcome, 'held');
  const gone = judgeStaysMounted([
    { when: 'at once', mountPoint, mounted },
    { when: 'later', mountPoint, mounted: null },
  ]);
  assert.deepEqual([gone.outcome, gone.evidence.at(-1)], ['broken', 'later: nothing is mounted on /storage']);
  assert.equal(judgeStaysMounted([]).outcome, 'inconclusive');
});
