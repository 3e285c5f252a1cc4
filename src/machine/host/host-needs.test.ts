import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { HostRequirements } from '../../core/host/requirements.ts';
import { storeIn } from '../cache/fixtures/store-in.ts';
import { createTestContext, failureOf } from '../fixtures/scripted-peer.ts';
import { requireHost } from './host-needs.ts';
import { isTrustedUnderTcg } from '../qemu/qemu-program.ts';

const requirements = JSON.parse(readFileSync(new URL('../../../setup/requirements.json', import.meta.url), 'utf8')) as HostRequirements;

test('what the requirements say of QEMU is what the machine demands of it', () => {
  const { atLeastEmulated = '' } = requirements.programs.find(({ program }) => program === 'qemu-system-x86_64') ?? {};
  assert.ok(isTrustedUnderTcg(atLeastEmulated));
  assert.ok(!isTrustedUnderTcg(`${String(Number(atLeastEmulated.split('.')[0]) - 1)}.99`));
});

test('a program is asked for its version once, and again when it is another file', async () => {
  const root = mkdtempSync(join(tmpdir(), 'raidlab-needs-'));
  try {
    const program = join(root, 'frobnicate');
    const started = join(root, 'started');
    writeFileSync(program, `#!/bin/sh\necho . >> '${started}'\necho frobnicate version 9.1\n`);
    chmodSync(program, 0o755);
    const wanted = { program: 'frobnicate', package: 'frobnicate', why: 'frobnicates' };
    const look = (atLeast: string): Promise<void> =>
      requireHost(createTestContext(), {
        requirements: { ...requirements, files: [], programs: [{ ...wanted, atLeast }] },
        store: storeIn(root),
        searchHostPaths: [root],
        mirror: 'http://mirror.example/debian/',
      });
    const starts = (): number => readFileSync(started, 'utf8').length / 2;
    await look('9.0');
    await look('9.0');
    assert.equal(starts(), 1);
    appendFileSync(program, '# newer\n');
    await look('9.1');
    assert.equal(starts(), 2);
    const failure = await failureOf(look('10.0'));
    assert.ok(failure.reason === 'lacks');
    assert.deepEqual(
      failure.lacks.map(({ name, what }) => `${name}: ${what}`),
      ['frobnicate: 9.1, but 10.0 is needed: older versions are not tested'],
    );
    assert.match(failure.mend.command ?? '', /install .*frobnicate$/u);
    assert.equal(starts(), 2);
  } finally {
    rmSync(root, { recursive: true });
  }
});
