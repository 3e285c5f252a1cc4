import assert from 'node:assert/strict';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { systemLabel } from '../../machine/image/tools/build-tools.ts';
import { failureOf } from '../../machine/fixtures/scripted-peer.ts';
import type { BootedParts } from '../../machine/template/booted-template.ts';
import { openLabDirectory } from '../fixtures/lab-directory.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { requireSystemDisk } from './require-system-disk.ts';

const partsOf = (root: 'layers' | 'whole'): BootedParts =>
  ({ kernel: { version: '3.16.0-4-amd64', abilities: { root } } }) as unknown as BootedParts;

async function writeLabel(place: LabPlace, label: string): Promise<void> {
  await mkdir(place.disksHostPath, { recursive: true });
  await writeFile(place.systemHostPath, '');
  await using file = await open(place.systemHostPath, 'r+');
  // ext4(5): the super block begins at 1024, s_volume_name 0x78 further on.
  await file.write(Buffer.from(label), 0, label.length, 1024 + 0x78);
}

test('a root of layers is nothing for a kernel without overlayfs, and any root is for all others', async () => {
  await using lab = await openLabDirectory();
  await requireSystemDisk(lab.place, partsOf('whole'));
  for (const label of Object.values(systemLabel)) {
    await writeLabel(lab.place, label.padEnd(16, '\0'));
    await requireSystemDisk(lab.place, partsOf('layers'));
  }
  await writeLabel(lab.place, systemLabel.whole);
  await requireSystemDisk(lab.place, partsOf('whole'));
  await writeLabel(lab.place, systemLabel.layers);
  const failure = await failureOf(requireSystemDisk(lab.place, partsOf('whole')));
  assert.deepEqual(failure, { area: 'lab', reason: 'root-of-layers', lab: 'default', kernel: '3.16.0-4-amd64' });
});
