import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StandingFault } from '../../core/fault/fault.ts';
import { formatErrorRules } from './error-rules.ts';
import { planFaultChain } from './plan-fault-chain.ts';

const place = { serial: 'DISK1', scratchHostPath: '/scratch', generation: 7 };
const reads: StandingFault = { kind: 'read-errors', disk: 'DISK1', at: [{ offsetBytes: 0, lengthBytes: 1 }] };
const some: StandingFault = { kind: 'write-errors', disk: 'DISK1', everyNth: 4 };
const slow: StandingFault = { kind: 'slow-disk', disk: 'DISK1', requestsPerSecond: 5, bytesPerSecond: 1024 };

test('no faults, no filters: the device uses the image as it is', () => {
  assert.deepEqual(planFaultChain({ ...place, faults: [] }), { ruleFiles: [], objects: [], nodes: [], top: 'DISK1-format' });
});

test('each fault stands on the one before it, and all pass discards on', () => {
  const chain = planFaultChain({ ...place, faults: [reads, some, slow] });
  const discard = 'unmap';
  assert.deepEqual(chain.nodes, [
    { driver: 'blkdebug', 'node-name': 'DISK1-f7.0', image: 'DISK1-format', config: '/scratch/DISK1-f7.0', align: 4096, discard },
    { driver: 'blkdebug', 'node-name': 'DISK1-f7.1', image: 'DISK1-f7.0', config: '/scratch/DISK1-f7.1', discard },
    { driver: 'raw', 'node-name': 'DISK1-f7.1c', file: 'DISK1-f7.1', discard },
    { driver: 'throttle', 'node-name': 'DISK1-f7.2', 'throttle-group': 'DISK1-f7.2', file: 'DISK1-f7.1c', discard },
  ]);
  assert.equal(chain.top, 'DISK1-f7.2');
  assert.deepEqual(chain.objects, [{ 'qom-type': 'throttle-group', id: 'DISK1-f7.2', limits: { 'iops-total': 5, 'bps-total': 1024 } }]);
  assert.deepEqual(chain.ruleFiles, [
    { hostPath: '/scratch/DISK1-f7.0', text: formatErrorRules(reads) },
    { hostPath: '/scratch/DISK1-f7.1', text: formatErrorRules(some) },
  ]);
});

test('two chains of a disk share no name, so that one can take the place of the other', () => {
  const names = [7, 8].flatMap((generation) =>
    planFaultChain({ ...place, generation, faults: [some, slow] }).nodes.map((node) => node['node-name']),
  );
  assert.equal(new Set(names).size, names.length);
});
