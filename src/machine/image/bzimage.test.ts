import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelReleaseOf } from './bzimage.ts';

/** The parts of a bzImage that say its version, as Documentation/arch/x86/boot.rst has them. */
function makeImage(version: string, pointer = 0x3000): Uint8Array {
  const image = Buffer.alloc(0x4000);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(pointer, 0x20e);
  image.write(`${version}\0`, pointer + 0x200, 'latin1');
  return image;
}

test('the release is the first word of the version in the header', () => {
  const version = '6.12.118+deb13-cloud-amd64 (debian-kernel@lists.debian.org) (gcc) #1 SMP';
  assert.equal(kernelReleaseOf(makeImage(version)), '6.12.118+deb13-cloud-amd64');
  assert.equal(kernelReleaseOf(makeImage('6.12.0')), '6.12.0');
  // The header stands in bytes that begin elsewhere.
  const image = makeImage(version);
  assert.equal(kernelReleaseOf(Buffer.concat([Buffer.alloc(7), image]).subarray(7)), '6.12.118+deb13-cloud-amd64');
});

test('what is no bzImage has no release', () => {
  assert.equal(kernelReleaseOf(new Uint8Array(0)), undefined);
  assert.equal(kernelReleaseOf(Buffer.from('\x7fELF')), undefined);
  assert.equal(kernelReleaseOf(Buffer.alloc(0x4000)), undefined);
  assert.equal(kernelReleaseOf(makeImage('6.12', 0)), undefined);
  assert.equal(kernelReleaseOf(makeImage('')), undefined);
  assert.equal(kernelReleaseOf(makeImage('6.12.0').subarray(0, 0x300)), undefined);
});
