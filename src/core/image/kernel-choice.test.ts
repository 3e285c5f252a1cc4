import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RaidlabError, describeFailure } from '../failure/failure.ts';
import { describeKernelChoice, formatKernelChoice, kernelOfDescription, parseKernelChoice, resolveKernelChoice } from './kernel-choice.ts';
import type { KernelChoice } from './kernel-choice.ts';

const suites = ['bullseye', 'bookworm', 'bookworm-backports', 'trixie', 'trixie-backports', 'sid'];

const choices: readonly (readonly [string, KernelChoice])[] = [
  ['trixie-backports', { suite: 'trixie-backports' }],
  ['6.1', { version: '6.1' }],
  ['7', { version: '7' }],
  ['6.12.95', { version: '6.12.95' }],
  ['7.3~rc7', { version: '7.3~rc7' }],
  ['6.1.0-50-cloud-amd64', { version: '6.1.0-50-cloud-amd64' }],
  ['6.12.90+deb12.1-cloud-amd64', { version: '6.12.90+deb12.1-cloud-amd64' }],
  ['linux-image-6.12_1_amd64.deb', { packageHostPaths: ['linux-image-6.12_1_amd64.deb'] }],
  ['/a/linux-image.deb,b/linux-modules.deb', { packageHostPaths: ['/a/linux-image.deb', 'b/linux-modules.deb'] }],
  ['./linux', { directoryHostPath: './linux' }],
  ['/srv/linux-6.12/', { directoryHostPath: '/srv/linux-6.12/' }],
  ['../6.12/out', { directoryHostPath: '../6.12/out' }],
  ['/', { directoryHostPath: '/' }],
];

test('a suite, a version, packages and a directory are told apart by how they are written', () => {
  for (const [text, choice] of choices) {
    assert.deepEqual(parseKernelChoice(text, suites), choice, text);
    assert.equal(formatKernelChoice(choice), text);
  }
});

test('a word that is none of them is refused, with the suite that was probably meant', () => {
  const words: readonly (readonly [string, string | undefined])[] = [
    ['trixi', 'trixie'],
    ['bookworm-backport', 'bookworm-backports'],
    ['Sid', 'sid'],
    ['linux', undefined],
    ['', undefined],
    [',', undefined],
    ['6.1 ', undefined],
    ['6.', undefined],
    ['v6.1', undefined],
    ['linux.deb,trixie', undefined],
    ['>=6.1', undefined],
  ];
  for (const [text, nearest] of words) {
    assert.throws(
      () => parseKernelChoice(text, suites),
      (error: unknown) => {
        assert.ok(error instanceof RaidlabError && error.failure.reason === 'unknown-kernel', text);
        const { exitCode, remedy } = describeFailure(error.failure);
        assert.equal(/Did you mean "(.*)"/u.exec(remedy)?.[1], nearest, text);
        assert.equal(exitCode, 64);
        return true;
      },
    );
  }
});

test('whatever is typed is a choice that is written the same way, or is refused', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      let choice: KernelChoice;
      try {
        choice = parseKernelChoice(text, suites);
      } catch (error) {
        assert.ok(error instanceof RaidlabError);
        return;
      }
      assert.deepEqual(parseKernelChoice(formatKernelChoice(choice), suites), choice);
    }),
  );
});

test('paths are resolved, and nothing else is', () => {
  const resolve = (hostPath: string): string => `/cwd/${hostPath}`;
  assert.deepEqual(resolveKernelChoice({ directoryHostPath: 'linux/' }, resolve), { directoryHostPath: '/cwd/linux/' });
  assert.deepEqual(resolveKernelChoice({ packageHostPaths: ['a.deb', 'b.deb'] }, resolve), {
    packageHostPaths: ['/cwd/a.deb', '/cwd/b.deb'],
  });
  assert.deepEqual(resolveKernelChoice({ suite: 'sid' }, resolve), { suite: 'sid' });
  assert.deepEqual(resolveKernelChoice({ version: '6.1' }, resolve), { version: '6.1' });
});

test('a choice in words completes "building the …"', () => {
  assert.equal(describeKernelChoice({ suite: 'sid' }), 'kernel of sid');
  assert.equal(describeKernelChoice({ version: '6.12' }), 'kernel 6.12');
  assert.equal(describeKernelChoice({ directoryHostPath: '/srv/linux' }), 'kernel of /srv/linux');
  for (const [text, choice] of choices) assert.equal(kernelOfDescription(describeKernelChoice(choice)), text);
  assert.equal(kernelOfDescription('tools of trixie'), undefined);
});
