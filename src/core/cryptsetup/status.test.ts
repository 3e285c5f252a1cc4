import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommand, recordings, testRecordings } from '../parsing/recordings.test.ts';
import type { Expectation } from '../parsing/recordings.test.ts';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { hasLostDisk, parseMappingStatus } from './status.ts';
import type { ActiveMapping, MappingStatus } from './status.ts';

const parse = parseMappingStatus;

const ordinary: Omit<ActiveMapping, 'guestDevice' | 'diskGuestDevice'> = {
  state: 'active',
  inUse: false,
  type: 'LUKS2',
  cipher: 'aes-xts-plain64',
  keyBits: 512,
  keyLocation: 'keyring',
  sectorBytes: 512,
  offsetBytes: 16 * 1024 ** 2,
  sizeBytes: 1008 * 1024 ** 2,
  readOnly: false,
  suspended: false,
  flags: [],
};

function active(different: Partial<ActiveMapping> = {}): Expectation<MappingStatus> {
  return {
    parse,
    check: (status, { suite }) => {
      assert.ok(status.state === 'active');
      const { guestDevice, diskGuestDevice, ...rest } = status;
      assert.match(guestDevice, /^\/dev\/mapper\/crypt-btrfs\d$/);
      assert.equal(hasLostDisk(status), different.diskGuestDevice === null);
      if (different.diskGuestDevice !== null) assert.match(diskGuestDevice ?? '', /^\/dev\/sd[a-z]$/);
      // The disks that sid was recorded with say 4096-byte physical blocks, and cryptsetup encrypts LUKS2 in those.
      const sectorBytes = suite === 'sid' && different.type !== 'LUKS1' ? 4096 : 512;
      const wanted: Record<string, unknown> = { ...ordinary, sectorBytes, ...different };
      delete wanted.diskGuestDevice;
      assert.deepEqual(rest, wanted);
    },
  };
}

const inactive: Expectation<MappingStatus> = {
  parse,
  check: (status, { exitCode }) => {
    assert.deepEqual(status, { state: 'inactive', guestDevice: '/dev/mapper/crypt-btrfs1' });
    assert.equal(hasLostDisk(status), false);
    assert.equal(exitCode, 4);
  },
};

/** The line of flags is the last and optional: cut right before it, only the flags are lost. */
const discards: Expectation<MappingStatus> = {
  ...active({ sectorBytes: 4096, flags: ['discards', 'no_read_workqueue'] }),
  toleratedPrefix: (parsed, whole) => {
    assert.deepEqual({ ...parsed, flags: [] }, { ...whole, flags: [] });
    return true;
  },
};

const lost = { type: null, diskGuestDevice: null } as const;
const status = 'cryptsetup-status';

const expected: Readonly<Record<string, Expectation<MappingStatus>>> = {
  [`${status}-inactive`]: inactive,
  [`${status}-active`]: active(),
  [`${status}-in-use`]: active({ inUse: true }),
  [`${status}-luks1`]: active({
    type: 'LUKS1',
    keyLocation: 'dm-crypt',
    offsetBytes: 2 * 1024 ** 2,
    sizeBytes: 1022 * 1024 ** 2,
  }),
  [`${status}-discards`]: discards,
  [`${status}-pulled`]: active({ ...lost, inUse: true }),
  // A deferred close does not show.
  [`${status}-pulled-deferred`]: active({ ...lost, inUse: true }),
  [`${status}-pulled-replaced-closed`]: inactive,
  // After the replace. cryptsetup 2.7.5 crashed in `close --deferred` of a pulled disk, so the mapping is still there.
  [`${status}-deferred-gone`]: {
    parse,
    check: (parsed, recording) => {
      (recording.toolVersion.startsWith('cryptsetup 2.7.5') ? active(lost) : inactive).check(parsed, recording);
    },
  },
};

testRecordings('cryptsetup status', isCommand('cryptsetup', 'status'), expected);

test('sectors and bytes that do not agree are refused', () => {
  const told = recordings.filter(({ name, stdout }) => name === `${status}-active` && stdout.includes('[bytes])'));
  assert.ok(told.length > 0);
  for (const { stdout } of told) {
    assert.throws(() => parse(stdout.replace('(16777216 [bytes])', '(16777217 [bytes])')), UnknownOutput);
    assert.throws(() => parse(stdout.replace('[512-byte units]', '[4096-byte units]')), UnknownOutput);
  }
});
