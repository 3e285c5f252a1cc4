import { open } from 'node:fs/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { BootedParts } from '../../machine/template/booted-template.ts';
import { systemLabel } from '../../machine/image/tools/build-tools.ts';
import type { LabPlace } from '../place/lab-place.ts';

/**
 * Where an ext4 filesystem has its label, and its maximal length, bytes. Source: ext4(5), Documentation/filesystems/ext4/super.rst,
 * s_volume_name.
 */
const label = { offset: 1024 + 0x78, length: 16 } as const;

/**
 * Checks that a lab's system disk suits the kernel: a kernel without overlayfs cannot use what was written over a layered root. A whole
 * root suits all. Rejects with `lab/root-of-layers`.
 */
export async function requireSystemDisk(place: LabPlace, { kernel }: BootedParts): Promise<void> {
  if (kernel.abilities.root === 'layers') return;
  if ((await readLabel(place.systemHostPath)) !== systemLabel.layers) return;
  throw new RaidlabError({ area: 'lab', reason: 'root-of-layers', lab: place.name, kernel: kernel.version });
}

/** The label of an ext4 image; undefined where there is none, or no file. */
async function readLabel(hostPath: string): Promise<string | undefined> {
  const file = await open(hostPath).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(label.length), 0, label.length, label.offset);
    return buffer.subarray(0, bytesRead).toString('latin1').replace(/\0.*$/su, '');
  } finally {
    await file.close();
  }
}
