/** `npm run test:prove`: scripts that end otherwise than their authors thought, and a script under every permutation. Half an hour. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wellHost } from '../../src/core/facts/fixtures/host-facts.ts';
import { assertTried, proveScript } from './prove-script.ts';
import { triedScripts } from './scripts.ts';

const timeoutMs = 1_800_000;

for (const script of triedScripts) test(script.name, { timeout: timeoutMs }, async () => assertTried(script));

const luksUuid = '0f1e2d3c-4b5a-4678-9abc-def012345678';

const underItsNames = `#!/bin/sh
set -eux
grep -q '^luks-b UUID=${luksUuid} ' /etc/crypttab
test "$(cryptsetup luksUUID /dev/disk/by-id/ata-WDC_WD-2)" = ${luksUuid}
cryptsetup status luks-b
mount -t btrfs -o degraded,subvol=@data /dev/mapper/luks-b /srv/tank
cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /etc/luks/DISK2.key "$1"
cryptsetup open --key-file /etc/luks/DISK2.key "$1" luks-c
btrfs replace start -B -f 1 /dev/mapper/luks-c /srv/tank
btrfs balance start -dconvert=raid1,soft -mconvert=raid1,soft /srv/tank
sed -i '/^luks-a /d' /etc/crypttab
echo "luks-c UUID=$(cryptsetup luksUUID "$1") /etc/luks/DISK2.key luks,nofail" >> /etc/crypttab
umount /srv/tank
mount /srv/tank
`;

test('an array like a real one has its names: mappings, UUIDs, links, mount point', { timeout: timeoutMs }, async () => {
  const names = {
    'mount-1': '/srv/tank',
    'subvolume-1': '@data',
    'mapping-1': 'luks-a',
    'mapping-2': 'luks-b',
    'serial-1': 'WD-1',
    'serial-2': 'WD-2',
    'uuid-3': luksUuid,
  };
  const files = {
    'facts.json': JSON.stringify({ v: 1, names: false, facts: wellHost() }),
    'facts.map': Object.entries(names)
      .map(([standIn, name]) => `${standIn} ${name}\n`)
      .join(''),
  };
  const script = { name: 'under-its-names.sh', text: underItsNames, args: ['{spare}'] };
  const { exitCode, printed } = await proveScript(script, ['--map', 'facts.map', 'facts.json'], files);
  assert.equal(exitCode, 0, printed);
});

test('permuting finds the disk that is named by its letter, and nothing else that is not so', { timeout: timeoutMs }, async () => {
  const look = await proveScript({ name: 'look.sh', text: '#!/bin/sh\nreadlink -f /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK3\n' });
  const letter = /^\/dev\/sd[a-z]$/mu.exec(look.checks.find(({ name }) => name === 'script')?.evidence.join('\n') ?? '')?.[0] ?? '';
  assert.match(letter, /^\/dev\/sd/u);
  const byName = triedScripts.find(({ name }) => name === 'names-of-its-own.sh');
  assert.ok(byName !== undefined);
  const text = byName.text.replace('new=$1', `new=${letter}`);
  const { exitCode, printed, events } = await proveScript({ name: 'by-letter.sh', text }, ['--permute']);
  assert.equal(exitCode, 1, printed);
  const verdicts = new Map(events.flatMap((event) => (event.type === 'verdict-reached' ? [[event.drill, event.verdict] as const] : [])));
  assert.deepEqual(
    Object.fromEntries(verdicts),
    {
      prove: 'held',
      'prove-other-order': 'broken',
      // It names DISK1's number and mappings, too.
      'prove-lose-disk2': 'broken',
      'prove-smaller-spare': 'broken',
      'prove-larger-spare': 'held',
      // The replace is refused, as in the drill full-array, whose procedure makes room first.
      'prove-full-array': 'broken',
    },
    printed,
  );
  assert.match(printed, /DEV_REPLACE_START\) failed on "\/storage": No space left on device/u);
  assert.match(printed, /^by-letter\.sh held in 2 of 6 cases$/mu);
  assert.match(printed, new RegExp(`by-letter\\.sh:3 names ${letter}`, 'u'));
});
