import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommand, recordings, testRecordings, testRefusals } from '../parsing/recordings.test.ts';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseDumpSuper } from './dump-super.ts';
import type { SuperBlock } from './dump-super.ts';

const command = ['btrfs', 'inspect-internal', 'dump-super'];

/** What every member of the recorded array of two says alike. */
function assertMember(superBlock: SuperBlock, guestDevice: string): void {
  const { checksumMatches, label, deviceCount } = superBlock;
  assert.deepEqual(
    { guestDevice: superBlock.guestDevice, checksumMatches, label, deviceCount },
    { guestDevice, checksumMatches: true, label: 'storage', deviceCount: 2 },
  );
  for (const uuid of [superBlock.fsid, superBlock.deviceUuid]) assert.match(uuid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u);
  assert.ok(superBlock.generation > 5);
}

function recorded(suite: string, name: string): string {
  const recording = recordings.find((each) => each.suite === suite && each.name === `btrfs-inspect-internal-dump-super-${name}`);
  assert.ok(recording !== undefined, `${suite}/${name}`);
  return recording.stdout;
}

const member = (devid: number, guestDevice: string) => ({
  parse: parseDumpSuper,
  check: (superBlock: SuperBlock) => {
    assertMember(superBlock, guestDevice);
    assert.equal(superBlock.devid, devid);
  },
});

testRecordings(command.join(' '), isCommand(...command), {
  // The array after its first member was away, was replaced by crypt-btrfs3, and came back.
  'btrfs-inspect-internal-dump-super-replaced': member(1, '/dev/mapper/crypt-btrfs1'),
  'btrfs-inspect-internal-dump-super-survivor': member(2, '/dev/mapper/crypt-btrfs2'),
  'btrfs-inspect-internal-dump-super-replacement': member(1, '/dev/mapper/crypt-btrfs3'),
  'btrfs-inspect-internal-dump-super-not-open': 'refused',
});

testRefusals(parseDumpSuper, ['btrfs-inspect-internal-dump-super-not-open']);

for (const { suite } of recordings.filter(({ name }) => name === 'btrfs-inspect-internal-dump-super-replaced')) {
  test(`${suite}: a replaced disk says that it is the one that took its place, and only its generation is behind`, () => {
    const [replaced, survivor, replacement] = ['replaced', 'survivor', 'replacement'].map((name) => parseDumpSuper(recorded(suite, name)));
    assert.ok(replaced !== undefined && survivor !== undefined && replacement !== undefined);
    assert.equal(replaced.fsid, survivor.fsid);
    assert.deepEqual([replaced.devid, replaced.deviceUuid], [replacement.devid, replacement.deviceUuid]);
    assert.notEqual(survivor.deviceUuid, replaced.deviceUuid);
    assert.equal(replacement.generation, survivor.generation);
    assert.ok(replaced.generation < survivor.generation);
  });

  test(`${suite}: a checksum that does not match is told, and a device without btrfs is refused`, () => {
    const whole = recorded(suite, 'survivor');
    const damaged = whole.replace(/^(csum\t+0x[0-9a-f]+) \[match\]$/mu, "$1 [DON'T MATCH]");
    assert.notEqual(damaged, whole);
    assert.equal(parseDumpSuper(damaged).checksumMatches, false);
    assert.throws(() => parseDumpSuper(`${whole.split('\n').slice(0, 2).join('\n')}\n`), UnknownOutput);
    assert.throws(() => parseDumpSuper(whole.replace('_BHRfS_M [match]', "........ [DON'T MATCH]")), UnknownOutput);
  });
}
