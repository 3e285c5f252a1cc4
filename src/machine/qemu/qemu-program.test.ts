import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { UnknownOutput } from '../../core/parsing/unknown-output.ts';
import { createTestContext, failureOf } from '../fixtures/scripted-peer.ts';
import { startMachine } from '../start/start-machine.ts';
import type { MachineSpec } from '../machine.ts';
import { canFork, findQemu, isTrustedUnderTcg, parseQemuVersion, requireTrusted } from './qemu-program.ts';

const versions = [
  ['QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2+deb13u1~bpo12+1)\nCopyright (c) 2003-2025 Fabrice Bellard\n', '10.0.2', true],
  ['QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright (c) 2003-2022\n', '7.2.22', false],
  ['QEMU emulator version 9.2.4\n', '9.2.4', false],
  ['QEMU emulator version 10.0\n', '10.0', true],
  ['QEMU emulator version 11.1.50 (v11.1.0-123-gabc)\n', '11.1.50', true],
] as const;

for (const [text, version, isTrusted] of versions) {
  test(`QEMU ${version} is ${isTrusted ? 'trusted' : 'not trusted'} under TCG`, () => {
    assert.equal(parseQemuVersion(text), version);
    assert.equal(isTrustedUnderTcg(version), isTrusted);
  });
}

test('what is not a version of QEMU is refused', () => {
  for (const text of ['', 'qemu-system-x86_64: command not found', 'QEMU emulator version', 'QEMU emulator version ten']) {
    assert.throws(() => parseQemuVersion(text), UnknownOutput, text);
  }
});

test('an old QEMU will do under KVM', () => {
  const old = { program: 'qemu-system-x86_64', version: '7.2.22', build: '', hasSandbox: true };
  assert.doesNotThrow(() => {
    requireTrusted(old, 'kvm');
  });
  assert.throws(() => {
    requireTrusted(old, 'tcg');
  }, /QEMU 7.2.22 is too old/);
});

const pathBefore = process.env.PATH;
let programs = '';

beforeEach(async () => {
  programs = await mkdtemp(join(tmpdir(), 'raidlab-test-'));
  await symlink('/usr/bin/setpriv', join(programs, 'setpriv'));
  process.env.PATH = programs;
});

afterEach(async () => {
  process.env.PATH = pathBefore;
  await rm(programs, { recursive: true });
});

async function fakeQemu(help: string): Promise<void> {
  const hostPath = join(programs, 'qemu-system-x86_64');
  await writeFile(hostPath, `#!/bin/sh\n/bin/cat <<'END'\n${help}\nEND\n`);
  await chmod(hostPath, 0o755);
}

test('a missing QEMU is named', async () => {
  const failure = await failureOf(findQemu(createTestContext()));
  assert.deepEqual(failure, { area: 'host', reason: 'program-missing', program: 'qemu-system-x86_64', purpose: 'run the machine' });
});

test('a QEMU that is too old is refused before anything is started', async () => {
  await fakeQemu('QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)');
  const qemu = await findQemu(createTestContext());
  const spec = { name: 'main', qemu, accelerator: 'tcg' } as MachineSpec;
  const failure = await failureOf(startMachine(createTestContext(), spec));
  assert.deepEqual(failure, { area: 'host', reason: 'qemu-too-old', found: '7.2.22', needed: '10.0' });
});

test('what QEMU says of itself is kept whole: a template is for one revision of the package', async () => {
  await fakeQemu('QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)\nCopyright');
  assert.equal((await findQemu(createTestContext())).build, 'QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)');
});

test('a machine is forked only by a QEMU that can', () => {
  for (const version of ['9.1.0', '10.0.2', '11.0']) assert.ok(canFork(version), version);
  for (const version of ['7.2.22', '8.2.0', '9.0.3']) assert.ok(!canFork(version), version);
});

test('the sandbox is found in the help', async () => {
  await fakeQemu('QEMU emulator version 10.0.2\nusage: …\n-sandbox on[,obsolete=allow|deny]');
  assert.equal((await findQemu(createTestContext())).hasSandbox, true);
  await fakeQemu('QEMU emulator version 10.0.2\nusage: …');
  assert.equal((await findQemu(createTestContext())).hasSandbox, false);
});
