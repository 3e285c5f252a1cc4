import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeCondition, judgeLab } from './lab-condition.ts';
import type { KeeperFate, LabCondition } from './lab-condition.ts';
import type { LabLife } from './lab-state.ts';

const at = '2026-11-25T17:00:00.000Z';
const machine = { kernelVersion: '6.12', tools: 'trixie', accelerator: 'tcg', qemuVersion: '10.0.2' } as const;
const on: LabLife = { state: 'on', at, machine };
const halted: LabLife = { state: 'off', how: 'halt', at };
const died: LabLife = { state: 'died', at, why: 'QEMU ended (killed by SIGKILL)', lastConsoleLines: ['[ 1.0] hello'] };

const table: readonly (readonly [LabLife, KeeperFate, LabCondition['is'], string])[] = [
  [on, 'alive', 'on', 'it is on'],
  [on, 'elsewhere', 'on', 'it is on'],
  [on, 'none', 'died', 'the process that kept it was killed, and its machine with it'],
  [on, 'dead', 'died', 'the process that kept it was killed, and its machine with it'],
  [on, 'dead-host-restarted', 'died', 'the host was restarted while it was on'],
  [halted, 'none', 'off', 'it was halted'],
  [halted, 'dead', 'off', 'it was halted'],
  [halted, 'alive', 'changing', 'another command is turning it on or off'],
  [died, 'none', 'died', 'QEMU ended (killed by SIGKILL)'],
  [died, 'alive', 'changing', 'another command is turning it on or off'],
];
for (const [life, keeper, is, words] of table) {
  test(`${life.state} on the disk, keeper ${keeper}: ${is}`, () => {
    const condition = judgeLab(life, keeper);
    assert.equal(condition.is, is);
    assert.equal(describeCondition(condition), words);
  });
}

test('the console of a machine that died by itself is kept', () => {
  const condition = judgeLab(died, 'none');
  assert.deepEqual(condition.is === 'died' && condition.lastConsoleLines, ['[ 1.0] hello']);
});
