import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { planContainer } from '../core/plan/container.ts';
import { answerFrom, createScriptedMachine } from '../machine/fixtures/scripted-machine.ts';
import { createTestContext, failureOf } from '../machine/fixtures/scripted-peer.ts';
import { locateFiles, rangesOn } from './locate-files.ts';

const MiB = 1024 ** 2;

function recorded(name: string): string {
  return readFileSync(new URL(`../../test/recorded/trixie/${name}.txt`, import.meta.url), 'utf8');
}

const members = [1, 2].map((devid) => ({ devid, container: planContainer(devid, `uuid-${String(devid)}`) }));
const paths = ['plain', 'inline', 'empty', 'hole', 'sparse', 'a name, with: 1 extent found', 'shared'].map((name) => `/mnt/${name}`);
const answers = {
  'btrfs inspect-internal dump-tree -t chunk /dev/mapper/crypt-btrfs1': recorded('btrfs-inspect-internal-dump-tree-chunk-raid1'),
  'cryptsetup luksDump': recorded('cryptsetup-luksDump-luks2-pbkdf2'),
  'filefrag -v': recorded('filefrag-several'),
};

test('a file lies on each member at its own place, behind the LUKS header', async () => {
  const { guest } = createScriptedMachine([answerFrom(answers)]);
  const located = await locateFiles(createTestContext(), guest, members, paths);
  assert.deepEqual([...located.keys()], paths);
  const plain = located.get('/mnt/plain') ?? [];
  const start = 21_520 * 4096;
  // The recorded data chunk begins at 63963136, on devid 1 at the same place, on devid 2 at 42991616; the header takes 16 MiB.
  assert.deepEqual(rangesOn(plain, 1), [{ offsetBytes: start + 16 * MiB, lengthBytes: 3 * MiB }]);
  assert.deepEqual(rangesOn(plain, 2), [{ offsetBytes: start - 63_963_136 + 42_991_616 + 16 * MiB, lengthBytes: 3 * MiB }]);
  assert.deepEqual(rangesOn(plain, 3), []);
  assert.deepEqual(
    ['inline', 'empty', 'hole'].flatMap((name) => located.get(`/mnt/${name}`) ?? []),
    [],
  );
});

test('no file is asked about, and nothing is asked', async () => {
  const { guest, typed } = createScriptedMachine([]);
  assert.equal((await locateFiles(createTestContext(), guest, members, [])).size, 0);
  assert.equal(typed.length, 0);
});

test('what the tools do not say is a failure', async () => {
  for (const [command, reason] of [
    ['filefrag -v', 'output-not-understood'],
    ['cryptsetup luksDump', 'output-not-understood'],
  ] as const) {
    const { guest } = createScriptedMachine([answerFrom({ ...answers, [command]: 'surprise\n' })]);
    assert.equal((await failureOf(locateFiles(createTestContext(), guest, members, paths))).reason, reason);
  }
});

test('a chunk on a member that the array is not known to have is a mistake', async () => {
  const { guest } = createScriptedMachine([answerFrom(answers)]);
  await assert.rejects(locateFiles(createTestContext(), guest, members.slice(0, 1), paths), /no member has the devid 2/);
});
