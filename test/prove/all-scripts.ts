/** `npm run test:prove`: scripts that end otherwise than their authors thought, and a script under every permutation. Half an hour. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTried, proveScript } from './prove-script.ts';
import { triedScripts } from './scripts.ts';

const timeoutMs = 1_800_000;

for (const script of triedScripts) test(script.name, { timeout: timeoutMs }, async () => assertTried(script));

test('permuting finds the disk that is named by its letter, and nothing else that is not so', { timeout: timeoutMs }, async () => {
  const look = await proveScript({ name: 'look.sh', text: '#!/bin/sh\nreadlink -f /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK3\n' });
  const letter = /^\/dev\/sd[a-z]$/mu.exec(look.checks.find(({ name }) => name === 'script')?.evidence.join('\n') ?? '')?.[0] ?? '';
  assert.match(letter, /^\/dev\/sd/u);
  const byName = triedScripts.find(({ name }) => name === 'names-of-its-own.sh');
  assert.ok(byName !== undefined);
  const text = byName.text.replace('new=$1', `new=${letter}`);
  const { exitCode, printed, events } = await proveScript({ name: 'by-letter.sh', text }, ['--permute']);
  assert.equal(exitCode, 1, printed);
  const verdicts = new Map(events.flatMap((event) => (event.type === 'verdict-reached' ? [[event.drill, event.verdict] as const] : [])));
  assert.deepEqual(
    Object.fromEntries(verdicts),
    {
      prove: 'held',
      'prove-other-order': 'broken',
      // It names DISK1's number and mappings, too.
      'prove-lose-disk2': 'broken',
      'prove-smaller-spare': 'broken',
      'prove-larger-spare': 'held',
      'prove-full-array': 'held',
    },
    printed,
  );
  assert.match(printed, new RegExp(`by-letter\\.sh:3 names ${letter}`, 'u'));
});
