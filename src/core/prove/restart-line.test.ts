import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRestartLine } from './restart-line.ts';

test('a kernel says that it was told to restart', () => {
  for (const line of [
    '[   12.345678] sysrq: Resetting',
    '[   12.345678] reboot: machine restart',
    '[    1.000000] sysrq: Power Off',
    '[ 1.000000] SysRq : Resetting',
  ])
    assert.ok(isRestartLine(line), line);
});

test('a crash, or a line that mentions it, is no restart', () => {
  for (const line of [
    '[ 1.000000] Kernel panic - not syncing: x',
    '[ 1.000000] sysrq: HELP : loglevel(0-9) reboot(b)',
    'please reboot: machine restart',
    '[ 1.000000] sysrq: Emergency Remount R/O',
  ])
    assert.ok(!isRestartLine(line), line);
});
