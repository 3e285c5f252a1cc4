import assert from 'node:assert/strict';
import { isCommand, testRecordings } from '../parsing/recordings.test.ts';
import type { Expectation } from '../parsing/recordings.test.ts';
import { parseBalanceStatus } from './balance-status.ts';
import type { BalanceStatus } from './balance-status.ts';

function state(wanted: BalanceStatus['state']): Expectation<BalanceStatus> {
  return {
    parse: parseBalanceStatus,
    check: (status) => {
      assert.equal(status.state, wanted);
      if (status.state === 'none') return;
      assert.equal(status.requested, null);
      assert.ok(status.expectedChunks > status.balancedChunks);
    },
  };
}

const expected: Readonly<Record<string, Expectation<BalanceStatus>>> = {
  'btrfs-balance-status-none': state('none'),
  'btrfs-balance-status-running': state('running'),
  'btrfs-balance-status-paused': state('paused'),
};

testRecordings('btrfs balance status', isCommand('btrfs', 'balance', 'status'), expected);
