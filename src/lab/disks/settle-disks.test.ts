import assert from 'node:assert/strict';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { disk, rotted } from '../../core/lab/fixtures/built-lab.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import { openLabDirectory } from '../fixtures/lab-directory.ts';
import { diskHostPath } from '../place/lab-place.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { seeMoment, settleDisks } from './settle-disks.ts';

const uuid = '0a1b2c3d-1111-4000-8000-00000000000a';
const header = [{ offsetBytes: 0, lengthBytes: 16 * 1024 ** 2 }];

async function writeHeader(place: LabPlace, named: string): Promise<void> {
  await using image = await open(diskHostPath(place, 'DISK1'), 'r+');
  await image.write(Buffer.from('4c554b53babe0002', 'hex'), 0, 8, 0);
  await image.write(`${named}\0`, 168);
}

test('a wiped header is over when it is written again; rot only when the disk got another', async () => {
  await using directory = await openLabDirectory();
  const { place } = directory;
  await mkdir(place.disksHostPath);
  await writeFile(diskHostPath(place, 'DISK1'), Buffer.alloc(128 * 1024));
  const label = `luks ${uuid}`;
  const damage = [
    { ...rotted, what: 'wiped', label, header, data: false },
    { ...rotted, label },
  ];
  const disks = [disk('DISK1', { damage }), disk('DISK2', { damage: [rotted] })];
  const left = async (): Promise<readonly string[]> =>
    (await settleDisks(place, { disks, layout: defaultLayout }, undefined))[0]?.damage.map(({ what }) => what) ?? [];
  assert.deepEqual(await settleDisks(place, { disks, layout: defaultLayout }, undefined), disks);
  await writeHeader(place, uuid);
  assert.deepEqual(await left(), ['rot']);
  await writeHeader(place, uuid.replace('0a1b', 'ffff'));
  assert.deepEqual(await left(), []);
});

test('what is damaged is remembered with the label that the disk had', async () => {
  await using directory = await openLabDirectory();
  const { place } = directory;
  await mkdir(place.disksHostPath);
  await writeFile(diskHostPath(place, 'DISK1'), Buffer.alloc(128 * 1024));
  const wipe = { do: 'break', fault: { kind: 'header-wipe', disk: 'DISK1', lengthBytes: 4096 } } as const;
  assert.deepEqual(Object.keys(await seeMoment(place, defaultLayout, wipe, undefined)), ['at']);
  await writeHeader(place, uuid);
  assert.equal((await seeMoment(place, defaultLayout, wipe, undefined)).label, `luks ${uuid}`);
  assert.deepEqual(Object.keys(await seeMoment(place, defaultLayout, { do: 'pull', disk: 'DISK1' }, undefined)), ['at']);
});
