import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RaidlabError } from '../../core/failure/failure.ts';
import { troubleOf } from '../../machine/fixtures/scripted-machine.ts';
import { KernelCrash } from '../../machine/kernel-crash.ts';
import { CommandRefused } from '../../storage/type-command.ts';
import { labFailureOf } from './lab-failure-of.ts';

test('a crash and a refused command are failures of the lab; what else goes wrong stays as it is', () => {
  const crash = labFailureOf(new KernelCrash('main', { ...troubleOf('panic'), what: 'Kernel panic', transcript: ['a', 'b'] }), 'wide');
  assert.ok(crash instanceof RaidlabError);
  assert.deepEqual(crash.failure, { area: 'lab', reason: 'kernel-crashed', lab: 'wide', what: 'Kernel panic', transcript: ['a', 'b'] });
  const result = { argv: ['mkfs.btrfs', '/dev/x'], exitCode: 1, stdout: '', stderr: 'ERROR: no\n', durationMs: 1 };
  const refused = labFailureOf(new CommandRefused('main', result), 'wide');
  assert.ok(refused instanceof RaidlabError && refused.failure.reason === 'command-failed');
  assert.deepEqual([refused.failure.argv, refused.failure.exitCode, refused.failure.said], [result.argv, 1, 'ERROR: no']);
  const bug = new TypeError('x is not a function');
  assert.equal(labFailureOf(bug, 'wide'), bug);
});
