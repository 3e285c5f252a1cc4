import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { BootSeen } from '../../core/boot/boot-seen.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import { planArray } from '../../core/plan/array.ts';
import type { LabBoot } from '../../core/lab/lab-state.ts';
import { answerFrom, createScriptedMachine } from '../../machine/fixtures/scripted-machine.ts';
import { createTestContext, failureOf } from '../../machine/fixtures/scripted-peer.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { BootingMachine } from '../../machine/start/start-installed.ts';
import { openLabDirectory } from '../fixtures/lab-directory.ts';
import { sshFiles } from '../place/lab-place.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { riseInstalled } from './rise-installed.ts';

const facts = { kernelVersion: '6.12', tools: 'trixie', accelerator: 'tcg', qemuVersion: '10.0.2' } as const;
const openSsh = '/usr/lib/raidlab/open-ssh';

const seen = (end: BootSeen['end'], limit: BootSeen['limit'] = null): BootSeen => ({
  end,
  stage: 'system',
  said: 'x',
  afterMs: 1000,
  limit,
  units: [],
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(1);
}

/** A lab whose machine boots as a test says. */
async function openBoot(place: LabPlace, build = false) {
  const { keyHostPath, hostKeyHostPath } = sshFiles(place);
  await mkdir(place.sshHostPath, { recursive: true });
  for (const hostPath of [hostKeyHostPath, `${keyHostPath}.pub`]) await writeFile(hostPath, 'a key');
  const ctx = createTestContext();
  const machine = createScriptedMachine([answerFrom({ 'systemctl list-jobs': '', [openSsh]: '' })]);
  const ends = [0, 1, 2].map(() => Promise.withResolvers<BootSeen>());
  const stops = Promise.withResolvers<BootSeen>();
  const begun = Promise.withResolvers<undefined>();
  let watchedOn = 0;
  const booting = {
    ...machine,
    boot: ends[0]?.promise,
    stops: stops.promise,
    begun: begun.promise,
    watchOn: () => ends[++watchedOn]?.promise,
  } as unknown as BootingMachine;
  const noted: LabBoot['end'][] = [];
  const rise = riseInstalled(ctx, {
    place,
    array: planArray(defaultLayout, ['a', 'b', 'c']),
    motd: () => 'hello',
    build: () => Promise.resolve(build),
    noteBoot: (boot) => {
      noted.push(boot.end);
      return Promise.resolve();
    },
  });
  return {
    ctx,
    noted,
    watchedOn: () => watchedOn,
    stop: stops.resolve,
    end: (index: number, boot: BootSeen) => ends[index]?.resolve(boot),
    begin: () => {
      begun.resolve(undefined);
    },
    commands: () => machine.typed.map(({ argv }) => argv[0]),
    door: rise.prepare({ machine: booting, booting, changes: {} }, facts),
  };
}

test('a boot that reaches its login is a lab with ssh, and with its keys once more where the array was built', async () => {
  await using directory = await openLabDirectory();
  for (const [build, commands] of [
    [false, [openSsh, 'systemctl']],
    [true, [openSsh, 'systemctl', openSsh]],
  ] as const) {
    const boot = await openBoot(directory.place, build);
    boot.begin();
    await until(() => boot.commands().length === 1);
    boot.stop(seen('login'));
    assert.equal(await boot.door, 'new-ssh');
    assert.deepEqual(boot.noted, ['login']);
    assert.deepEqual(boot.commands(), commands);
  }
});

test('one that ends elsewhere is a lab with a console, and is watched on until its login', async () => {
  await using directory = await openLabDirectory();
  const boot = await openBoot(directory.place);
  boot.stop(seen('emergency'));
  assert.equal(await boot.door, 'console');
  boot.end(1, seen(null, { usualMs: 300_000, factor: 1 }));
  boot.end(2, seen('login'));
  await until(() => boot.noted.length === 2);
  assert.deepEqual(boot.noted, ['emergency', 'login']);
  // Nobody waits for a machine any more that may be turned off now.
  await delay(5);
  assert.equal(boot.watchedOn(), 2);
  assert.deepEqual(boot.commands(), []);
  // sshd is started by the system itself, with the keys that it gets as soon as it has begun.
  boot.begin();
  await until(() => boot.commands().length > 0);
  assert.deepEqual(boot.commands(), [openSsh]);
});

test('one that asks for a passphrase is a lab with a console, while its boot goes on', async () => {
  await using directory = await openLabDirectory();
  const boot = await openBoot(directory.place);
  boot.stop(seen(null));
  assert.equal(await boot.door, 'console');
  boot.end(0, seen('login'));
  await until(() => boot.noted.length === 2);
  assert.deepEqual(boot.noted, [null, 'login']);
});

test('who is interrupted does not wait for a boot', async () => {
  await using directory = await openLabDirectory();
  const boot = await openBoot(directory.place);
  boot.ctx.abort(new RaidlabError({ area: 'host', reason: 'interrupted', signal: 'SIGINT' }));
  assert.equal((await failureOf(boot.door)).reason, 'interrupted');
});
