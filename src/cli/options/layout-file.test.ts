import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { describeFailure, RaidlabError } from '../../core/failure/failure.ts';
import { defaultLayout, equalSizes } from '../../core/layout/layout.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import { layoutSchema } from '../../core/layout-file/layout-schema.ts';
import { badLayouts } from '../fixtures/bad-layouts.ts';
import { openSandbox } from '../fixtures/run-raidlab.ts';
import { isLayoutFile, loadLayout } from './layout-file.ts';

const exampleHostPath = fileURLToPath(new URL('../../../examples/layout.yaml', import.meta.url));
const gibibyte = 1024 ** 3;
const isValid = new Ajv({ strict: true }).compile(layoutSchema());

/** Layouts that can be, and what they come to. */
const good: readonly (readonly [text: string, layout: Partial<ArrayLayout>])[] = [
  ['profile: raid1\n', {}],
  ['disks: 3\n', { memberSizesBytes: equalSizes(3) }],
  [
    'disks: 4\ndiskSize: 512MiB\nprofile: raid1c4\nspares: 0\n',
    { memberSizesBytes: equalSizes(4, gibibyte / 2), spareSizesBytes: [], profile: 'raid1c4' },
  ],
  ['disks: [1GiB, 1.5 GiB, 2g]\n', { memberSizesBytes: [gibibyte, 1.5 * gibibyte, 2 * gibibyte], spareSizesBytes: [2 * gibibyte] }],
  [
    'disks: [2GiB, 2GiB]\nspares: 2\ndiskSize: 3GiB\n',
    { memberSizesBytes: equalSizes(2, 2 * gibibyte), spareSizesBytes: equalSizes(2, 3 * gibibyte) },
  ],
  ['spares: [1GiB, 4GiB]\n', { spareSizesBytes: [gibibyte, 4 * gibibyte] }],
  ['kdf: real # slow\r\nprofile: "dup"\r\ndisks: 1\r\n', { memberSizesBytes: equalSizes(1), profile: 'dup', kdf: 'real' }],
  [
    'encryption: luks1\ncipher: serpent-xts-plain64\nmountOptions:\n  - noatime\n  - compress=zstd:3\nmkfsOptions: [--checksum, xxhash]\n',
    {
      encryption: 'luks1',
      cipher: 'serpent-xts-plain64',
      mountOptions: ['noatime', 'compress=zstd:3'],
      mkfsOptions: ['--checksum', 'xxhash'],
    },
  ],
  ['sectorSize: 512\nprofile: raid6\ndisks: 4\n', { sectorSize: 512, profile: 'raid6', memberSizesBytes: equalSizes(4) }],
  ['encryption: none\nkdf: fast\nmkfsOptions: []\n', { encryption: 'none' }],
  ['mkfsOptions: [-n, 16384, -O, ^no-holes]\n', { mkfsOptions: ['-n', '16384', '-O', '^no-holes'] }],
  ['{"disks": 2, "kdf": "real"}', { kdf: 'real' }],
  [
    'label: tank\nmetadataProfile: raid1c3\ndisks: 3\nquota: true\n',
    { label: 'tank', metadataProfile: 'raid1c3', memberSizesBytes: equalSizes(3), quota: true },
  ],
  [
    'subvolumes: ["@data", "@logs", {name: "@snapshots", mountPoint: /storage/.snapshots, options: [nodev]}]\nnodatacow: [vm]\nsnapshot: true\n',
    {
      subvolumes: [
        { name: '@data', mountPoint: '/storage', options: [] },
        { name: '@logs', mountPoint: '/storage/logs', options: [] },
        { name: '@snapshots', mountPoint: '/storage/.snapshots', options: ['nodev'] },
      ],
      nodatacow: ['vm'],
      snapshot: true,
    },
  ],
  [
    'mountPoint: /var/lib/vm+1\nsubvolumes: ["@data", {name: "@old", mountPoint: /var/lib/vm+1/old}]\n',
    {
      mountPoint: '/var/lib/vm+1',
      subvolumes: [
        { name: '@data', mountPoint: '/var/lib/vm+1', options: [] },
        { name: '@old', mountPoint: '/var/lib/vm+1/old', options: [] },
      ],
    },
  ],
  // Some want it: it is told what comes of it.
  ['mountOptions: [noatime, degraded]\n', { mountOptions: ['noatime', 'degraded'] }],
];

for (const [text, layout] of good) {
  test(`a layout: ${JSON.stringify(text)}`, async () => {
    using sandbox = openSandbox();
    writeFileSync(join(sandbox.hostPath, 'array.yaml'), text);
    assert.deepEqual(await loadLayout('array.yaml', sandbox.hostPath), { ...defaultLayout, ...layout });
    assert.ok(isValid(parse(text)), JSON.stringify(isValid.errors));
  });
}

for (const { text, at, problem, remedy, also } of badLayouts) {
  test(`no layout: ${JSON.stringify(text)}: at ${at}, with the way out, exit 64`, async () => {
    using sandbox = openSandbox();
    writeFileSync(join(sandbox.hostPath, 'array.yaml'), text);
    const error = await loadLayout('array.yaml', sandbox.hostPath).catch((refusal: unknown) => refusal);
    assert.ok(error instanceof RaidlabError && error.failure.reason === 'bad-layout-file', String(error));
    const { what, said, remedy: toldRemedy, exitCode } = describeFailure(error.failure);
    assert.equal(what.startsWith(`array.yaml:${at}: `), true, what);
    assert.match(what, problem);
    assert.match(toldRemedy, remedy);
    assert.match(said ?? '', /^\d+ \| .*\n +\| +\^+/u);
    assert.equal(exitCode, 64);
    if (also !== 'yaml') assert.equal(isValid(parse(text)), also === 'nobody', 'what the schema says');
  });
}

test('at least thirty bad files are refused, and no two of them are the same', () => {
  assert.ok(badLayouts.length >= 30);
  assert.equal(new Set(badLayouts.map(({ text }) => text)).size, badLayouts.length);
});

test('all mistakes of a file are told at once, in its order, each with its line and what was meant', async () => {
  using sandbox = openSandbox();
  writeFileSync(join(sandbox.hostPath, 'array.yaml'), 'disks: 3\nprofile: raid2\nsapres: 2\ndiskSize: 4\n');
  const { exitCode, stdout, stderr } = await sandbox.run('up', '--layout', './array.yaml');
  assert.equal(exitCode, 64);
  assert.equal(stdout, '');
  assert.equal(
    stderr,
    [
      'raidlab: ./array.yaml:2:10: profile is "raid2", but must be one of raid1, raid1c3, raid1c4, raid10, single, dup, raid5, raid6.',
      '  │ 2 | profile: raid2',
      '  │   |          ^^^^^',
      '  │ ./array.yaml:3:1: there is no field called "sapres". Did you mean "spares"? The fields are: disks, diskSize, spares, bus, partitions, profile, metadataProfile, encryption, cipher, sectorSize, kdf, label, mkfsOptions, mountOptions, mountPoint, subvolumes, nodatacow, quota, snapshot.',
      '  │ 3 | sapres: 2',
      '  │   | ^^^^^^',
      '  │ ./array.yaml:4:11: diskSize is the number 4, but must be a size with its unit, such as 512MiB or 1.5GiB. Write the unit: 4GiB.',
      '  │ 4 | diskSize: 4',
      '  │   |           ^',
      '  → Did you mean "raid1"?',
      '',
    ].join('\n'),
  );
});

test('a plan leaves out the drills that a layout is not made for, and says so', async () => {
  using sandbox = openSandbox();
  const { exitCode, stdout, stderr } = await sandbox.run('drill', 'replace-missing-disk', 'full-array', '--layout', 'raid10', '--plan');
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^replace-missing-disk  /mu);
  assert.doesNotMatch(stdout, /^full-array  /mu);
  assert.match(stderr, /^full-array would be skipped: it is not for the layout raid10: its own layout only$/mu);
});

test('a file that is not there, or is a directory, is named', async () => {
  using sandbox = openSandbox();
  for (const [word, why] of [
    ['./nowhere.yaml', 'there is no such file'],
    ['./', 'it is a directory'],
  ] as const) {
    const { exitCode, stderr } = await sandbox.run('drill', '--layout', word, '--plan');
    assert.equal(exitCode, 64);
    assert.ok(stderr.includes(`The layout ${word} cannot be read: ${why}.`), stderr);
  }
});

test('what nobody would write as a layout is refused at once, in few words', { timeout: 30_000 }, async () => {
  using sandbox = openSandbox();
  execFileSync('mkfifo', [join(sandbox.hostPath, 'fifo.yaml')]);
  const refusal = async (file: string): Promise<string> => {
    const error: unknown = await loadLayout(file, sandbox.hostPath).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof RaidlabError && error.failure.area === 'usage', String(error));
    return Object.values(describeFailure(error.failure)).join('\n');
  };
  assert.match(await refusal('fifo.yaml'), /cannot be read: it is not a regular file/u);
  assert.match(await refusal('/dev/zero.yaml/..'), /cannot be read/u);
  const deep = [
    '['.repeat(50_000),
    '['.repeat(30_000) + ']'.repeat(30_000),
    '{a: '.repeat(15_000),
    '- '.repeat(30_000),
    '? '.repeat(30_000),
  ];
  for (const text of [...deep, '\u001b[2J: \u202e', '"'.padEnd(60_000, '\\q'), 'k: 1\n'.repeat(12_000), '#'.repeat(70_000)]) {
    writeFileSync(join(sandbox.hostPath, 'bad.yaml'), text);
    const said = await refusal('bad.yaml');
    assert.ok(said.length < 8000, String(said.length));
    if (deep.includes(text)) assert.match(said, /^64\nbad\.yaml:1:\d+: this is nested too deep\./u);
  }
});

test('a word with a slash or the ending of YAML is a file, and a name is none', () => {
  assert.deepEqual(['./array', 'array.yaml', 'a.yml', 'raid1', 'raid1-unequal', 'yaml'].map(isLayoutFile), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('the example is a layout, by its schema too, and says where that is', async () => {
  const text = await readFile(exampleHostPath, 'utf8');
  const { memberSizesBytes } = await loadLayout(exampleHostPath, '/');
  assert.deepEqual(memberSizesBytes, [gibibyte, 1.5 * gibibyte, 2 * gibibyte]);
  assert.ok(isValid(parse(text)));
  const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)$/mu.exec(text) ?? [];
  assert.deepEqual(JSON.parse(await readFile(new URL(schema, new URL('../../../examples/', import.meta.url)), 'utf8')), layoutSchema());
});

test('up --plan tells the array, its room and what would be typed, and leaves nothing behind', async () => {
  using sandbox = openSandbox();
  writeFileSync(join(sandbox.hostPath, 'array.yaml'), 'profile: raid1c3\ndisks: 4\n');
  const { exitCode, stdout } = await sandbox.run('up', '--layout', 'array.yaml', '--spares', '2', '--plan');
  assert.equal(exitCode, 0);
  assert.match(stdout, /^default {2}4 × 1 GiB \+ 2 spares, LUKS2, raid1c3$/mu);
  assert.match(stdout, /room +up to 1\.31 GiB for data and metadata/u);
  assert.match(stdout, /bears +the loss of 2 disks/u);
  assert.match(stdout, /\$ mkfs\.btrfs -q -d raid1c3 -m raid1c3 -L storage /u);
  const json = await sandbox.run('up', '--layout', 'array.yaml', '--plan', '--json');
  const plan = JSON.parse(json.stdout) as Readonly<Record<string, unknown>>;
  assert.deepEqual([plan.v, plan.lab, plan.lossesSurvived, plan.isProvisioned], [1, 'default', 2, false]);
  const refused = await sandbox.run('up', '--json');
  assert.equal(refused.exitCode, 64);
  assert.match(refused.stderr, /--json needs --plan/u);
});

test('a drill that is not made for what a file says is skipped, and says why; options change the file', async () => {
  using sandbox = openSandbox();
  writeFileSync(join(sandbox.hostPath, 'array.yaml'), 'profile: raid10\ndisks: 7\n');
  const { exitCode, stdout } = await sandbox.run('drill', 'kernel-crash', '--layout', './array.yaml');
  assert.equal(exitCode, 0);
  assert.match(stdout, /it is not for raid10 of 7 disks and 1 spare \(\.\/array\.yaml\): its own layout only/u);
  const planned = await sandbox.run('drill', '--layout', './array.yaml', '--disks', '5', '--plan');
  assert.match(planned.stdout, /5 × 1 GiB \+ 1 spare, LUKS2, raid10/u);
});
