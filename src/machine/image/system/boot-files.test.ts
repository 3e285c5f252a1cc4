import assert from 'node:assert/strict';
import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { RaidlabError } from '../../../core/failure/failure.ts';
import { createContext } from '../../context.ts';
import { createOverlay } from '../../files/disk-image.ts';
import type { DiskSpec } from '../../machine.ts';
import { runHostCommand } from '../../process/host-process.ts';
import { takeBootFiles } from './boot-files.ts';

// As main.ts does it: e2fsprogs lives where an ordinary user's PATH does not lead.
process.env.PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;
const ctx = createContext();

/** A boot disk with these files, and room for what is taken from it. */
async function openBootDisk(files: Readonly<Record<string, string>>) {
  const place = await mkdtempDisposable(path.join(tmpdir(), 'raidlab boot-'));
  const tree = path.join(place.path, 'tree');
  await mkdir(tree);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(tree, name), text);
  const hostPath = path.join(place.path, 'boot.img');
  await runHostCommand(ctx, ['mke2fs', '-q', '-t', 'ext2', '-d', tree, hostPath, '4M'], { purpose: 'make a boot disk' });
  const disk: DiskSpec = { serial: 'BOOT', hostPath, format: 'raw' };
  const taken = async (name: string): Promise<string> => {
    const directory = path.join(place.path, name);
    await mkdir(directory);
    return directory;
  };
  return { place, disk, taken, [Symbol.asyncDispose]: async () => place.remove() };
}

const both = { 'vmlinuz-6.12.1': 'a kernel', 'initrd.img-6.12.1': 'an initramfs' };

test('kernel and initramfs are read as a boot loader reads them, from a raw image and from an overlay', async () => {
  await using boot = await openBootDisk(both);
  const overlay: DiskSpec = { serial: 'BOOT', hostPath: path.join(boot.place.path, 'boot.qcow2'), format: 'qcow2' };
  await createOverlay(ctx, { hostPath: overlay.hostPath, backingHostPath: boot.disk.hostPath, backingFormat: 'raw' });
  for (const [index, disk] of [boot.disk, overlay].entries()) {
    const files = await takeBootFiles(ctx, { machine: 'main', disk, release: '6.12.1' }, await boot.taken(`taken ${String(index)}`));
    assert.equal(await readFile(files.vmlinuzHostPath, 'utf8'), 'a kernel');
    assert.equal(await readFile(files.initramfsHostPath, 'utf8'), 'an initramfs');
  }
});

test('a boot disk without an initramfs boots nothing', async () => {
  await using boot = await openBootDisk({ 'vmlinuz-6.12.1': 'a kernel' });
  await assert.rejects(
    takeBootFiles(ctx, { machine: 'main', disk: boot.disk, release: '6.12.1' }, await boot.taken('taken')),
    (error) =>
      error instanceof RaidlabError && error.failure.reason === 'boot-failed' && error.failure.said.includes('no initrd.img-6.12.1'),
  );
});
