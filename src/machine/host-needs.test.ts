import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { HostRequirements } from '../core/host/requirements.ts';
import { isTrustedUnderTcg } from './qemu/qemu-program.ts';

const requirements = JSON.parse(readFileSync(new URL('../../setup/requirements.json', import.meta.url), 'utf8')) as HostRequirements;

test('what the requirements say of QEMU is what the machine demands of it', () => {
  const { atLeastEmulated = '' } = requirements.programs.find(({ program }) => program === 'qemu-system-x86_64') ?? {};
  assert.ok(isTrustedUnderTcg(atLeastEmulated));
  assert.ok(!isTrustedUnderTcg(`${String(Number(atLeastEmulated.split('.')[0]) - 1)}.99`));
});
