import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOpenAsBoot } from '../../core/plan/array.ts';
import { createScriptedMachine } from '../../machine/fixtures/scripted-machine.ts';
import { createTestContext } from '../../machine/fixtures/scripted-peer.ts';
import { openStorage } from './open-storage.ts';

for (const [answer, remarks] of [
  [{}, []],
  [
    { exitCode: 32, stderr: 'opening a\nmount: /storage: unknown filesystem\n' },
    ['The storage did not come up as in crypttab and fstab: mount: /storage: unknown filesystem'],
  ],
] as const) {
  test(`a lab whose storage ${remarks.length === 0 ? 'comes up' : 'does not come up'} is on, and says ${String(remarks.length)} words of it`, async () => {
    const ctx = createTestContext();
    await using machine = createScriptedMachine([() => answer]);
    await openStorage(ctx, machine);
    assert.deepEqual(
      machine.typed.map(({ argv }) => argv),
      [planOpenAsBoot.argv],
    );
    assert.deepEqual(
      ctx.events.flatMap((event) => (event.type === 'remark-made' ? [event.text] : [])),
      remarks,
    );
  });
}
