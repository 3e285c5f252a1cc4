import assert from 'node:assert/strict';
import { test } from 'node:test';
import { change, documentOf, wellHost } from '../../core/facts/fixtures/host-facts.ts';
import type { HostWish, RawFact } from '../../core/facts/fixtures/host-facts.ts';
import { makeTypeable } from '../../core/facts/fill-in.ts';
import { findArrays } from '../../core/facts/found-array.ts';
import { rehearseArray } from '../../core/facts/rehearsal/rehearsed-array.ts';
import { namedLayouts } from '../../core/layout/named-layout.ts';
import { planArray } from '../../core/plan/array.ts';
import { formatCommand } from '../../core/plan/command.ts';
import { kindOfCommand } from '../../core/runbook/guide.ts';
import type { CommandKind } from '../../core/runbook/guide.ts';
import { formatProse } from '../../core/runbook/prose.ts';
import { emptyRecord } from '../../core/runbook/rehearsal-record.ts';
import type { RehearsalRecord } from '../../core/runbook/rehearsal-record.ts';
import type { Runbook, RunbookStep } from '../../core/runbook/runbook.ts';
import { hasWord } from '../../core/runbook/write-chapter.ts';
import { planProcedure } from '../procedure.ts';
import { rehearsedDrill } from './rehearsed-drill.ts';
import { writeRunbook } from './write-runbook.ts';

const map = new Map([
  ['uuid-1', 'FS'],
  ['uuid-2', 'L1'],
  ['uuid-3', 'L2'],
  ['serial-1', 'WD-1'],
  ['serial-2', 'WD-2'],
  ['mount-1', '/srv/photos'],
  ['mapping-1', 'crypt1'],
  ['mapping-2', 'crypt2'],
  ['label-1', 'tank'],
  ['subvolume-1', '@data'],
]);

function runbookOf(
  facts: readonly RawFact[],
  standIns: ReadonlyMap<string, string> = map,
  printed: RehearsalRecord['printed'] = new Map(),
): Runbook {
  const { facts: typeable, words } = makeTypeable(documentOf(facts), standIns);
  const [found] = findArrays(typeable);
  assert.ok(found !== undefined);
  const rehearsed = rehearseArray(found);
  const record = {
    ...emptyRecord,
    printed,
    verdict: 'held',
    checks: [{ name: 'a', claim: 'It holds', outcome: 'held', evidence: ['x'] }],
  } as const;
  return writeRunbook({
    found,
    words,
    host: undefined,
    rehearsed,
    seed: '1',
    rehearsals: rehearsed.losable.map((lost) => ({ lost, record })),
  });
}

function commandsOf(runbook: Runbook, chapter = 0): readonly string[] {
  return (runbook.chapters[chapter]?.steps ?? []).flatMap(({ commands }) => commands.map(({ command }) => formatCommand(command)));
}

test('with the map a runbook types the real names, in the order of the drill', () => {
  const runbook = runbookOf(wellHost());
  assert.deepEqual(commandsOf(runbook, 1), [
    'cryptsetup open --type luks --key-file KEY-FILE-OF-DEVID-1 /dev/disk/by-id/ata-WDC_WD-1 crypt1',
    'btrfs device scan',
    'mount /srv/photos',
    'mount -t btrfs -o degraded,subvol=@data /dev/mapper/crypt1 /srv/photos',
    'install -d -m 0700 /etc/luks',
    'install -m 0600 /dev/null /etc/luks/crypt3.key',
    'dd if=/dev/urandom of=/etc/luks/crypt3.key bs=128 count=1 status=none',
    'cryptsetup luksFormat --batch-mode --type luks2 --sector-size 4096 --uuid UUID-OF-NEW-DISK --key-file /etc/luks/crypt3.key /dev/disk/by-id/NEW-DISK',
    'cryptsetup open --type luks --key-file /etc/luks/crypt3.key /dev/disk/by-id/NEW-DISK crypt3',
    'btrfs replace start -B -f 2 /dev/mapper/crypt3 /srv/photos',
    "sed -i '/^crypt2[[:blank:]]/d' /etc/crypttab",
    "tee -a /etc/crypttab <<< 'crypt3 UUID=UUID-OF-NEW-DISK /etc/luks/crypt3.key luks,nofail'",
    'btrfs filesystem usage -b /srv/photos',
    'btrfs balance start -dconvert=raid1,soft -mconvert=raid1,soft /srv/photos',
    'btrfs filesystem usage -b /srv/photos',
    'btrfs scrub start -B /srv/photos',
    'btrfs device stats -c /srv/photos',
    'umount /srv/photos',
    'mount /srv/photos',
  ]);
  assert.deepEqual(
    runbook.chapters[1]?.words.map(({ word }) => word),
    ['KEY-FILE-OF-DEVID-1', 'NEW-DISK', 'UUID-OF-NEW-DISK'],
  );
});

test('arrays of other kinds have the commands that they need', () => {
  const cases: readonly (readonly [string, readonly RawFact[], readonly RegExp[]])[] = [
    [
      'a passphrase',
      change(wellHost(), 'crypttab', () => true, { key: 'none' }),
      [
        /^cryptsetup open --type luks \/dev/mu,
        /luksFormat --type luks2 (?!.*batch)/u,
        /' crypt3|crypt3 UUID=UUID-OF-NEW-DISK none luks,nofail/u,
      ],
    ],
    ['LUKS1', wellHost({ encryption: 'luks1' }), [/--type luks1/u]],
    ['another metadata profile', wellHost({ members: 4, metadataProfile: 'raid1c3' }), [/-dconvert=raid1,soft -mconvert=raid1c3,soft/u]],
    ['another cipher', change(wellHost(), 'luks', () => true, { cipher: 'serpent-xts-plain64' }), [/--cipher serpent-xts-plain64/u]],
    ['devids with gaps', change(wellHost(), 'member', (fact) => fact.devid === 1, { devid: 7 }), [/replace start -B -f [27] /u]],
    ['a discard option', change(wellHost(), 'crypttab', () => true, { options: ['luks', 'discard'] }), [/luks,nofail,discard/u]],
    ['a slow key derivation', change(wellHost(), 'luks', () => true, { kdf: 'argon2id' }), [/luksFormat (?!.*pbkdf)/u]],
  ];
  for (const [name, facts, patterns] of cases)
    for (const pattern of patterns) assert.match(commandsOf(runbookOf(facts)).join('\n'), pattern, name);
  assert.doesNotMatch(commandsOf(runbookOf(wellHost())).join('\n'), /pbkdf/u);
});

test('of a member that is missing already, what nobody can see is filled in', () => {
  const gone = change(wellHost(), 'member', (fact) => fact.devid === 1, { device: undefined, missing: true });
  const facts = change(
    change(gone, 'device', (fact) => fact.name === 'dm-0' || fact.name === 'sda', null),
    'crypttab',
    (fact) => fact.device === 'dm-0',
    null,
  );
  const runbook = runbookOf(facts);
  assert.equal(runbook.chapters.length, 1);
  assert.match(
    commandsOf(runbook).join('\n'),
    /replace start -B -f 1 [^]*sed -i '\/\^MAPPING-OF-DEVID-1\[\[:blank:\]\]\/d' \/etc\/crypttab\ntee -a/u,
  );
  const told = runbook.chapters[0]?.words.map(({ word }) => word) ?? [];
  assert.deepEqual(told, ['MAPPING-OF-DEVID-1', 'KEY-FILE-OF-DEVID-2', 'NEW-DISK', 'UUID-OF-NEW-DISK']);
});

test('every command of the procedure has a guide, on every layout and for every member', () => {
  for (const layout of Object.values(namedLayouts))
    for (const number of layout.memberSizesBytes.keys()) {
      const uuids = [...layout.memberSizesBytes, ...layout.spareSizesBytes].map((_, index) => `U${String(index)}`);
      const lines = planProcedure(rehearsedDrill, planArray(layout, uuids, number + 1)).flatMap((step) => step.lines);
      for (const line of lines)
        if (line.kind === 'command') assert.ok(kindOfCommand(line.command.argv) !== undefined, formatCommand(line.command));
      assert.ok(
        lines.some((line) => line.kind === 'command' && formatCommand(line.command).includes(`replace start -B -f ${String(number + 1)} `)),
      );
    }
});

test('without a map no stand-in is in a command, and every word in capitals is told', () => {
  const wishes: readonly HostWish[] = [{}, { members: 3 }, { encryption: 'luks1' }, { members: 5, profile: 'raid10' }];
  for (const wish of wishes) {
    const runbook = runbookOf(wellHost(wish), new Map());
    for (const [index, chapter] of runbook.chapters.entries()) {
      const commands = commandsOf(runbook, index);
      const told = chapter.words.map(({ word }) => word);
      for (const command of commands) {
        assert.doesNotMatch(command, /\b(?:uuid|serial|mount|mapping|label|subvolume)-\d/u);
        const capitals = command.match(/(?<![\w-])[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+(?![\w-])/gu) ?? [];
        for (const word of capitals) assert.ok(told.includes(word) || told.some((each) => word.endsWith(each)), `${word} in ${command}`);
      }
      for (const word of told)
        assert.ok(
          commands.some((command) => hasWord(command, word)) ||
            chapter.steps.some(({ commands: each }) => each.some(({ check }) => check !== null && hasWord(formatProse(check), word))),
          word,
        );
    }
  }
});

test('a runbook says how long it takes at the real size, and on what that stands', () => {
  const [chapter] = runbookOf(wellHost()).chapters;
  const takes = chapter?.steps.flatMap(({ commands }) => commands).find(({ command }) => command.argv[1] === 'replace')?.takes;
  // 32 % of 1000 GiB at 150 MB/s.
  assert.ok(typeof takes === 'number' && takes > 2000 && takes < 2600);
  assert.match(formatProse(runbookOf(wellHost()).speed), /150 MB\/s/u);
});

test('what is to be known before is said: size, key, fstab by a device, chunks with one copy', () => {
  const said = (facts: readonly RawFact[]): string => (runbookOf(facts).chapters[0]?.before ?? []).map(formatProse).join('\n');
  assert.match(said(wellHost()), /at least `2097152000` sectors/u);
  assert.match(said(change(wellHost(), 'fstab', () => true, { by: 'mapping', device: 'dm-0' })), /fstab mounts it by/u);
  const mixed: RawFact = { is: 'chunks', filesystem: 'uuid-1', sizeBytes: 1024 ** 3, usedBytes: 4096, type: 'mixed', profile: 'single' };
  const on: RawFact = {
    is: 'placed',
    filesystem: 'uuid-1',
    type: 'data+metadata',
    profile: 'single',
    device: 'dm-0',
    sizeBytes: 1024 ** 3,
  };
  assert.match(said([...wellHost(), mixed, on]), /btrfs balance start -dconvert=raid1,soft -mconvert=raid1,soft \/srv\/photos/u);
  assert.match(said(change(wellHost(), 'device', (fact) => fact.name === 'sda', { kind: 'partition' })), /was a partition/u);
});

test('an array with chunks of other profiles is balanced while every disk is there, and what that printed is beside it', () => {
  const stray: readonly RawFact[] = [
    { is: 'chunks', filesystem: 'uuid-1', sizeBytes: 1024 ** 3, usedBytes: 4096, type: 'data', profile: 'single' },
    { is: 'placed', filesystem: 'uuid-1', type: 'data', profile: 'single', device: 'dm-0', sizeBytes: 1024 ** 3 },
  ];
  assert.equal(runbookOf(wellHost()).beforehand, null);
  const printed = new Map<CommandKind, readonly string[]>([
    ['look-at-usage', ['stray', 'mended', 'degraded', 'whole']],
    ['convert-chunks', ['first balance', 'second balance']],
  ]);
  const { beforehand, chapters } = runbookOf([...wellHost(), ...stray], map, printed);
  const shown = (steps: readonly RunbookStep[]) =>
    steps.flatMap(({ commands }) =>
      commands.flatMap(({ command, rehearsed }) => (rehearsed === null ? [] : [[formatCommand(command), rehearsed]])),
    );
  const usage = 'btrfs filesystem usage -b /srv/photos';
  const balance = 'btrfs balance start -dconvert=raid1,soft -mconvert=raid1,soft /srv/photos';
  assert.deepEqual(shown(beforehand?.steps ?? []), [
    [usage, 'stray'],
    [balance, 'first balance'],
    [usage, 'mended'],
  ]);
  assert.equal(chapters.length, 2);
  for (const { steps } of chapters)
    assert.deepEqual(shown(steps), [
      [usage, 'degraded'],
      [balance, 'second balance'],
      [usage, 'whole'],
    ]);
});
