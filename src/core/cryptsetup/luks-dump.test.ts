import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommand, recordings, testRecordings, testRefusals } from '../parsing/recordings.test.ts';
import type { Expectation } from '../parsing/recordings.test.ts';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseLuksDump, payloadOffsetBytes } from './luks-dump.ts';
import type { LuksHeader } from './luks-dump.ts';

const parse = parseLuksDump;
const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const pbkdf2 = { type: 'pbkdf2', hash: 'sha256', iterations: 1000 };

/** `asked`: the sector size that was asked for; otherwise it is the disk's, whose physical blocks were 4096 bytes when sid was recorded. */
function luks2(slots: readonly unknown[], label: string | null, asked?: number): Expectation<LuksHeader> {
  return {
    parse,
    check: (header, { suite }) => {
      const sectorBytes = asked ?? (suite === 'sid' ? 4096 : 512);
      assert.ok(header.version === 2);
      assert.match(header.uuid, uuidPattern);
      assert.equal(header.label, label);
      assert.deepEqual(header.flags, []);
      assert.equal(payloadOffsetBytes(header), 16 * 1024 ** 2);
      assert.equal(2 * header.metadataAreaBytes + header.keyslotsAreaBytes, 16 * 1024 ** 2);
      assert.deepEqual(header.segments, [{ offsetBytes: 16 * 1024 ** 2, lengthBytes: null, cipher: 'aes-xts-plain64', sectorBytes }]);
      assert.deepEqual(
        header.keyslots.map(({ pbkdf }) => (pbkdf.type === 'pbkdf2' ? pbkdf : { ...pbkdf, threads: Math.min(pbkdf.threads, 1) })),
        slots,
      );
      for (const [slot, keyslot] of header.keyslots.entries()) {
        const { pbkdf, ...rest } = keyslot;
        assert.ok(pbkdf.type !== 'argon2i');
        assert.deepEqual(rest, { slot, keyBits: 512, priority: 'normal', cipher: 'aes-xts-plain64', digest: 0 });
      }
    },
  };
}

function luks1(slots: readonly number[]): Expectation<LuksHeader> {
  return {
    parse,
    check: (header) => {
      assert.ok(header.version === 1);
      const { uuid, ...rest } = header;
      assert.match(uuid, uuidPattern);
      assert.equal(payloadOffsetBytes(header), 2 * 1024 ** 2);
      assert.deepEqual(rest, {
        version: 1,
        cipher: 'aes-xts-plain64',
        hash: 'sha256',
        keyBits: 512,
        payloadOffsetBytes: 2 * 1024 ** 2,
        keyslots: slots.map((slot) => ({ slot, iterations: 1000 })),
      });
    },
  };
}

const dump = 'cryptsetup-luksDump';

const expected: Readonly<Record<string, Expectation<LuksHeader> | 'refused'>> = {
  [`${dump}-not-luks`]: 'refused',
  [`${dump}-luks2-pbkdf2`]: luks2([pbkdf2], null),
  [`${dump}-luks2-two-keyslots`]: luks2([pbkdf2, pbkdf2], null),
  [`${dump}-luks2-argon2id`]: luks2([{ type: 'argon2id', timeCost: 4, memoryKib: 32768, threads: 1 }], 'four', 4096),
  [`${dump}-luks1`]: luks1([0]),
  [`${dump}-luks1-two-keyslots`]: luks1([0, 1]),
};

testRecordings('cryptsetup luksDump', isCommand('cryptsetup', 'luksDump'), expected);
testRefusals(parse, [`${dump}-not-luks`]);

test('a LUKS2 header whose keyslot names a digest that is not there is refused', () => {
  for (const { stdout } of recordings.filter(({ name }) => name === `${dump}-luks2-two-keyslots`)) {
    assert.throws(() => parse(stdout.replace('Digest ID:  0', 'Digest ID:  1')), UnknownOutput);
  }
});

test('a LUKS2 header with a token is refused', () => {
  for (const { stdout } of recordings.filter(({ name }) => name === `${dump}-luks2-pbkdf2`)) {
    assert.throws(() => parse(stdout.replace('Tokens:\n', 'Tokens:\n  0: systemd-tpm2\n')), UnknownOutput);
  }
});
