import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleProgram } from '../../core/array/array-sample.ts';
import type { EventBody } from '../../core/event.ts';
import { createContext } from '../../machine/context.ts';
import { createScriptedMachine } from '../../machine/fixtures/scripted-machine.ts';
import type { Answer } from '../../machine/fixtures/scripted-machine.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { ArrayWatch } from './array-watch.ts';

const off = 'end\n';
const on = `mount 55 28 0:44 / /storage rw,relatime shared:2 - btrfs /dev/mapper/crypt-btrfs1 rw,degraded,subvol=/
device 1 1000 DISK1 0 2 0 0 0
end
`;

/** Watches a machine that answers each look with the next of `answers`, and gives what it tells. */
function openWatch(answers: readonly (Answer | (() => Promise<Answer>))[]) {
  const events: EventBody[] = [];
  let looks = 0;
  const scripted = createScriptedMachine([
    async ([program]) => {
      const answer = program === sampleProgram ? answers[looks++] : {};
      return typeof answer === 'function' ? answer() : answer;
    },
  ]);
  const ctx = { ...createContext({}), emit: (event: EventBody): void => void events.push(event) };
  const watch = new ArrayWatch(ctx, () => ({ disks: [], acknowledgedRecords: 0 }));
  const mounted = async (): Promise<void> => watch.during(scripted.guest, ['mount'], async () => Promise.resolve());
  const told = (): readonly unknown[] =>
    events.map((event) => (event.type === 'array-sampled' ? event.sample.mounts.flatMap(({ options }) => options).join(',') : event.type));
  return { watch, guest: scripted.guest, mounted, told, looks: () => looks };
}

test('what is as it was is not told again, and looks are no commands', async () => {
  const { mounted, told } = openWatch([{ stdout: off }, { stdout: off }, { stdout: on }, { stdout: on }, { stdout: off }]);
  for (let look = 0; look < 5; look += 1) await mounted();
  assert.deepEqual(told(), ['', 'rw,relatime,degraded,subvol=/', '']);
});

test('a look that does not come is left out, one that is not understood is not', async () => {
  const silent = async (): Promise<Answer> =>
    Promise.reject(
      new RaidlabError({ area: 'guest', reason: 'command-timed-out', machine: 'main', argv: [], limit: { usualMs: 1, factor: 1 } }),
    );
  const { mounted, told } = openWatch([{ exitCode: 137 }, silent, { stdout: 'chunk\n' }]);
  await mounted();
  await mounted();
  await assert.rejects(mounted(), /does not understand/u);
  assert.deepEqual(told(), []);
});

test('nothing is typed while a look is under way, and a refusal stays what it is', async () => {
  const slow = Promise.withResolvers<Answer>();
  const { watch, guest, told } = openWatch([() => slow.promise, { stdout: on }]);
  const first = watch.look(guest);
  const typed = watch.during(guest, ['umount', '/storage'], async () => Promise.resolve('done'));
  slow.resolve({ stdout: off });
  assert.equal(await typed, 'done');
  await first;
  assert.deepEqual(told(), ['', 'rw,relatime,degraded,subvol=/']);
  await assert.rejects(
    watch.during(guest, ['umount'], async () => Promise.reject(new Error('refused'))),
    /refused/u,
  );
});

test('what changes no array is not looked at, and what somebody has just looked at neither', async () => {
  const { watch, guest, mounted, looks } = openWatch([{ stdout: on }]);
  await watch.during(guest, ['tee', '-a', '/etc/fstab'], async () => Promise.resolve());
  await mounted();
  await watch.look(guest);
  assert.equal(looks(), 1);
});

test('when the procedure is over nobody looks', async () => {
  const { watch, guest, looks } = openWatch([]);
  watch.end();
  await watch.look(guest);
  await watch.during(guest, ['mount'], async () => Promise.resolve());
  assert.equal(looks(), 0);
});
