import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLayout } from '../layout/layout.ts';
import { planArray } from '../plan/array.ts';
import { fillScriptWords, scriptWords } from './script-words.ts';

const array = planArray(defaultLayout, ['uuid-1', 'uuid-2', 'uuid-3']);
const byId = '/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_';

test('every word has a meaning on an array with a spare', () => {
  assert.deepEqual(fillScriptWords(Object.keys(scriptWords), array, 'DISK2'), [
    '2',
    `${byId}DISK2`,
    'crypt-btrfs2',
    `${byId}DISK1`,
    'crypt-btrfs1',
    `${byId}DISK3`,
    'crypt-btrfs3',
    '/storage',
  ]);
});

test('words are filled in inside of arguments, and everything else stays', () => {
  assert.deepEqual(fillScriptWords(['--new={spare-mapping}', '{devid}{devid}', '{other}', 'plain', '{'], array, 'DISK1'), [
    '--new=crypt-btrfs3',
    '11',
    '{other}',
    'plain',
    '{',
  ]);
});

test('a word that means nothing there stays, for the script to refuse', () => {
  assert.deepEqual(fillScriptWords(['{spare}', '{devid}'], { ...array, spares: [] }, 'DISK9'), ['{spare}', '{devid}']);
});
