import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreseeMkfsParts, newestToolsFor, requireBearable, toolsLike } from './tools-for-kernel.ts';

const kernelOf = (upstreamVersion: string) => ({
  version: upstreamVersion,
  upstreamVersion,
  description: 'k',
  vmlinuzHostPath: '/k',
  initramfsHostPath: '/i',
  modulesHostPath: '/m',
  abilities: { root: 'whole' as const },
  digest: 'd',
});

test('tools are as new as the kernel bears', () => {
  assert.equal(newestToolsFor(undefined), 'trixie');
  assert.equal(newestToolsFor('6.12.118'), 'trixie');
  assert.equal(newestToolsFor('4.9.229'), 'trixie');
  assert.equal(newestToolsFor('3.16.0'), 'bookworm');
});

test('tools that a kernel does not bear are refused, with those that it does', () => {
  assert.throws(() => {
    requireBearable(kernelOf('3.16.0'), 'trixie');
  }, /do not run on Linux 3\.16\.0/u);
  requireBearable(kernelOf('3.16.0'), 'bookworm');
  requireBearable(kernelOf('6.1.192'), 'sid');
});

test('what mkfs has to get on with is foreseen where the kernel is known', () => {
  assert.equal(foreseeMkfsParts({}, 'trixie'), undefined);
  assert.deepEqual(foreseeMkfsParts({ version: '3.16.0', abilities: { root: 'whole', btrfsFeatures: ['no_holes'] } }, 'bookworm'), {
    kernelVersion: '3.16.0',
    btrfsFeatures: ['no_holes'],
    progsVersion: '6.2',
  });
});

test('tools like those of a host are the nearest that run on the kernel', () => {
  for (const [progs, kernel, suite] of [
    ['6.14', '6.12', 'trixie'],
    ['6.2', '6.1', 'bookworm'],
    ['5.16', '5.10', 'bookworm'],
    ['7.1', '6.12', 'trixie'],
    ['6.14', '3.16', 'bookworm'],
  ] as const)
    assert.equal(toolsLike(progs, kernel), suite, `${progs} on ${kernel}`);
});
