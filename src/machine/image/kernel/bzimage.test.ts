import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readKernelBanner } from './bzimage.ts';

/** The parts of a bzImage that say its version, as Documentation/arch/x86/boot.rst has them. */
function makeImage(version: string, pointer = 0x3000): Uint8Array {
  const image = Buffer.alloc(0x4000);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(pointer, 0x20e);
  image.write(`${version}\0`, pointer + 0x200, 'latin1');
  return image;
}

test('the release is the first word of what the header points to; Debian’s own version stands near its end', () => {
  // linux-image-6.1.0-50-cloud-amd64.
  const banner = '6.1.0-50-cloud-amd64 (debian-kernel@lists.debian.org) #1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-02)';
  const expected = { release: '6.1.0-50-cloud-amd64', debianVersion: '6.1.176-1' };
  assert.deepEqual(readKernelBanner(makeImage(banner)), expected);
  assert.deepEqual(readKernelBanner(makeImage('6.12.0-custom (ada@nas) #3 SMP')), { release: '6.12.0-custom' });
  assert.deepEqual(readKernelBanner(makeImage('6.12.0')), { release: '6.12.0' });
  // The image stands in bytes that begin elsewhere.
  assert.deepEqual(readKernelBanner(Buffer.concat([Buffer.alloc(7), makeImage(banner)]).subarray(7)), expected);
});

test('what is no bzImage has no release', () => {
  assert.equal(readKernelBanner(new Uint8Array(0)), undefined);
  assert.equal(readKernelBanner(Buffer.from('\x7fELF')), undefined);
  assert.equal(readKernelBanner(Buffer.alloc(0x4000)), undefined);
  assert.equal(readKernelBanner(makeImage('6.12', 0)), undefined);
  assert.equal(readKernelBanner(makeImage('')), undefined);
  assert.equal(readKernelBanner(makeImage('6.12.0').subarray(0, 0x300)), undefined);
});
