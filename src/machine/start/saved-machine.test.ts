import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContext } from '../context.ts';
import type { QmpClient } from '../qmp/qmp-client.ts';
import { snapshotState } from './saved-machine.ts';

/** A QEMU that migrates as it is told to, writes down what it was asked, and refuses an interrupted context. */
function writeDownQmp(how: { readonly statuses: string[]; readonly runStates: string[]; readonly onMigrate?: () => void }) {
  const said: string[] = [];
  let migration = 'active';
  const over = Promise.withResolvers<undefined>();
  const qmp = {
    execute: (ctx: ReturnType<typeof createContext>, command: string) => {
      if (ctx.signal.aborted) return Promise.reject(ctx.signal.reason as Error);
      said.push(command);
      if (command === 'migrate') {
        how.onMigrate?.();
        over.resolve(undefined);
      }
      if (command === 'query-migrate')
        return Promise.resolve({ status: (migration = how.statuses.shift() ?? migration), 'error-desc': 'no' });
      return Promise.resolve(command === 'query-status' ? { status: how.runStates.shift() ?? 'postmigrate' } : {});
    },
    expectEvent: () => ({
      wait: (ctx: ReturnType<typeof createContext>) => (ctx.signal.aborted ? Promise.reject(ctx.signal.reason as Error) : over.promise),
      [Symbol.dispose]: () => undefined,
    }),
  } as unknown as QmpClient;
  return { qmp, said };
}

const worksWell = { copyDisks: () => Promise.resolve(), discard: () => Promise.resolve() };

test('a machine goes on when its migration is over, not when it says so', async () => {
  const { qmp, said } = writeDownQmp({ statuses: ['completed'], runStates: ['finish-migrate', 'finish-migrate', 'postmigrate'] });
  await snapshotState(createContext(), 'm', qmp, '/x', worksWell);
  assert.equal(said[0], 'stop');
  assert.deepEqual(said.slice(-2), ['query-status', 'cont']);
  assert.equal(said.filter((command) => command === 'query-status').length, 3);
});

test('interrupted, refused or without its disks it goes on too, after what there is of the snapshot was taken away', async () => {
  const interrupted = new AbortController();
  const cases = [
    {
      qemu: writeDownQmp({
        statuses: ['cancelling', 'cancelled'],
        runStates: ['paused'],
        onMigrate: () => {
          interrupted.abort(new Error('interrupted'));
        },
      }),
      ctx: createContext({ signal: interrupted.signal }),
      copyDisks: worksWell.copyDisks,
    },
    { qemu: writeDownQmp({ statuses: ['failed'], runStates: ['paused'] }), ctx: createContext(), copyDisks: worksWell.copyDisks },
    {
      qemu: writeDownQmp({ statuses: ['completed'], runStates: ['postmigrate'] }),
      ctx: createContext(),
      copyDisks: () => Promise.reject(new Error('no room')),
    },
  ];
  for (const { qemu, ctx, copyDisks } of cases) {
    const { qmp, said } = qemu;
    const discard = (): Promise<void> => {
      said.push('discarded');
      return Promise.resolve();
    };
    await assert.rejects(snapshotState(ctx, 'm', qmp, '/x', { copyDisks, discard }));
    assert.equal(said.at(-1), 'cont');
    assert.ok(said.indexOf('migrate_cancel') < said.indexOf('discarded'), said.join(' '));
  }
});

test('one that is interrupted before it began is not stopped at all', async () => {
  const { qmp, said } = writeDownQmp({ statuses: [], runStates: [] });
  await assert.rejects(snapshotState(createContext({ signal: AbortSignal.abort(new Error('no')) }), 'm', qmp, '/x', worksWell));
  assert.deepEqual(said, []);
});
