import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDeviceStats } from '../../core/btrfs/device-stats.ts';
import { parseOneFilesystem } from '../../core/btrfs/filesystem-show.ts';
import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import { factsOf } from '../../core/facts/facts.ts';
import { commandSources, whatIds } from '../../core/facts/sources.ts';
import { recordings } from '../../core/parsing/recordings.test.ts';
import { createContext } from '../context.ts';
import { collectFacts, collectScript } from './collect-facts.ts';
import { collectOn } from './fixtures/collect-on.ts';
import { makeFakeHost } from './fixtures/fake-host.ts';
import { tankHost } from './fixtures/tank-host.ts';

const suites = [...new Set(recordings.map(({ suite }) => suite))];
const states = ['healthy', 'missing', 'single-chunks', 'replaced', 'replacing', 'pulled', 'suspended-target-gone'];
const nameOf = (path: string | null): string | undefined => {
  if (path === null) return undefined;
  return path.startsWith('/dev/mapper/crypt-btrfs')
    ? ({ 1: 'dm-0', 2: 'dm-1' } as Readonly<Record<string, string>>)[path.at(-1) ?? '']
    : path.replace('/dev/', '');
};

for (const suite of suites) {
  for (const state of states) {
    test(`${suite}, ${state}: the script understands the tools as the strict parsers do`, () => {
      const spec = tankHost(suite, state);
      const said = (beginning: string): string => Object.entries(spec.says ?? {}).find(([words]) => words.startsWith(beginning))?.[1] ?? '';
      const { facts } = collectOn(spec);
      const shown = parseOneFilesystem(said('btrfs filesystem show'));
      const stats = parseDeviceStats(said('btrfs device stats'), shown.totalDevices);
      assert.deepEqual(
        factsOf(facts, 'member').map(({ devid, missing = false, sizeBytes = 0, allocatedBytes = 0, writeErrors, corruptionErrors }) => ({
          devid,
          missing,
          sizeBytes,
          allocatedBytes,
          writeErrors,
          corruptionErrors,
        })),
        shown.devices.map(({ devid, missing, sizeBytes, usedBytes, guestDevice }) => {
          const counters = stats.find((each) => each.missingDevid === devid || (!missing && each.guestDevice === guestDevice))?.counters;
          return {
            devid,
            missing,
            sizeBytes,
            allocatedBytes: usedBytes,
            writeErrors: counters?.write_io_errs,
            corruptionErrors: counters?.corruption_errs,
          };
        }),
      );
      const usage = parseFilesystemUsage(said('btrfs filesystem usage'));
      assert.deepEqual(
        factsOf(facts, 'placed').map(({ type, profile, device, sizeBytes }) => [type, profile, device, sizeBytes]),
        [
          ...usage.blockGroups.flatMap(({ type, profile, devices }) =>
            devices.map((each) => [type, profile.toLowerCase(), nameOf(each.guestDevice), each.sizeBytes]),
          ),
          ...usage.unallocated.map((each) => ['unallocated', undefined, nameOf(each.guestDevice), Math.max(0, each.sizeBytes)]),
        ],
      );
      assert.deepEqual(factsOf(facts, 'unseen'), []);
    });
  }
}

test('only the listed commands are run, and as an ordinary user none that opens a disk', () => {
  const isListed = (command: string, reader: 'anyone' | 'root'): boolean =>
    commandSources.some(
      (source) =>
        (reader === 'root' || source.reader === 'anyone') &&
        new RegExp(`^${source.what.replace('+', String.raw`\+`).replace(/ (?:MOUNT_POINT|DEVICE)$/u, ' /.+')}$`, 'u').test(command),
    );
  const asRoot = collectOn(tankHost()).commands;
  assert.ok(asRoot.length >= 10);
  assert.deepEqual(
    asRoot.filter((command) => !isListed(command, 'root')),
    [],
  );
  const ordinary = collectOn(tankHost('sid', 'healthy', { user: 'ordinary' })).commands;
  assert.deepEqual(
    ordinary.filter((command) => !isListed(command, 'anyone')),
    [],
  );
});

test('the script names no other command: each is in one of its ask_ functions, and each of those is listed', () => {
  const script = collectScript({ names: false });
  const asked = [...script.matchAll(/^ask_\w+\(\) \{ (.+); \}$/gmu)].map(([, words = '']) => words.replace(/ "\$1"$/u, ''));
  assert.deepEqual(asked.sort(), commandSources.map(({ what }) => what.replace(/ (?:MOUNT_POINT|DEVICE)$/u, '')).sort());
  const shell = script.replaceAll(/^ask_\w+\(\).*$|^ *#.*$/gmu, '').replaceAll(/^\w+='$[^']*'$/gmu, '');
  for (const word of [
    'blkid',
    'lsblk',
    'dd',
    'mount',
    'umount',
    'repair',
    'wipefs',
    'dmsetup',
    'rm',
    'cp',
    'mv',
    'tee',
    'cat',
    'sed',
    'eval',
    'exec',
  ])
    assert.ok(!new RegExp(String.raw`(?:^|[;&|(]\s*|\bthen |\bdo )${word}\b`, 'mu').test(shell), word);
  assert.doesNotMatch(script, /dump-volume-key|dump-master-key|--repair|blkid|btrfs check|--force/u);
  const written = [...shell.matchAll(/>{1,2}(?![&=])\s*([^\s;)]+)/gu)].map(([, target = '']) => target);
  assert.deepEqual([...new Set(written)], ['/dev/null']);
  // awk writes one file: the map.
  assert.deepEqual(
    [...script.matchAll(/print [^;\n"]*> (\w+)/gu)].map(([, target = '']) => target),
    ['map'],
  );
  assert.ok(!/\bsystem\(|\| ?getline|print[^\n|]* \| "/u.test(script), 'awk starts nothing');
});

test('whatever the script may call unseen, the document may say', () => {
  const named = [...collectScript({ names: false }).matchAll(/(?:unseen|look) '?([a-z/][^'\n]*?)'? (?:not-there|not-root|uuid|word)/gu)];
  const told = [...collectScript({ names: false }).matchAll(/text what ([^\\"]+)\\n/gu)];
  const all = new Set([...named, ...told].map(([, what = '']) => what).filter((what) => what !== '%s'));
  // The last is found out by what is missing.
  assert.deepEqual([...all, '/sys/class/block'].sort(), [...whatIds].sort());
});

test('every shell and awk gives the same bytes', () => {
  using host = makeFakeHost(tankHost());
  const [dash, bash, busybox, mawk, gawk] = ['dash', 'bash', 'busybox', 'mawk', 'gawk'].map(whereIs);
  const pairs = [
    { shell: [dash], awk: mawk },
    { shell: [bash, '--posix'], awk: mawk },
    { shell: [busybox, 'sh'], awk: busybox === '' ? '' : `${busybox ?? ''} awk` },
    { shell: [dash], awk: gawk },
  ].flatMap(({ shell, awk = '' }) => (shell[0] === '' || awk === '' ? [] : [{ shell: shell.map((word) => word ?? ''), awk }]));
  const [first, ...others] = pairs.map((pair) => host.collect({ ...pair, names: true }).stdout);
  assert.ok(first !== undefined && first !== '');
  for (const other of others) assert.ok(other === first, other);
});

function whereIs(program: string): string {
  return spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
}

test('an ordinary user sees what sysfs and udev say, and the document lists the rest', () => {
  const { facts } = collectOn(tankHost('sid', 'healthy', { user: 'ordinary' }));
  assert.deepEqual(
    factsOf(facts, 'member').map(({ devid, readErrors, device }) => [devid, readErrors, device]),
    [
      [1, 0, undefined],
      [2, 7, undefined],
    ],
  );
  assert.equal(factsOf(facts, 'chunks').length, 3);
  assert.deepEqual(
    factsOf(facts, 'unseen').map(({ what, because }) => `${what}: ${because}`),
    [
      'btrfs filesystem show --raw: not-root',
      'btrfs filesystem usage -b: not-root',
      'btrfs subvolume list: not-root',
      'btrfs inspect-internal dump-super: not-root',
      'cryptsetup luksDump: not-root',
      'btrfs inspect-internal dump-super: not-root',
      'cryptsetup luksDump: not-root',
    ],
  );
});

test('what is printed has no field that the document does not know', () => {
  for (const user of ['root', 'ordinary'] as const) {
    const { stdout, facts } = collectOn(tankHost('sid', 'missing', { user }));
    const printed = JSON.parse(stdout) as { readonly facts: readonly object[] };
    printed.facts.forEach((fact, index) => {
      assert.deepEqual(fact, Object.fromEntries(Object.entries(facts.facts[index] ?? {}).filter(([name]) => name in fact)));
    });
  }
});

test('without programs, and with tools that say something new, it says what it could not see', () => {
  const bare = collectOn(tankHost('sid', 'healthy', { programs: false }));
  assert.ok(factsOf(bare.facts, 'unseen').some(({ because }) => because === 'no-program'));
  const spec = tankHost();
  const strange = Object.fromEntries(
    Object.entries(spec.says ?? {}).map(([words, text]) => [words, text.replace('Unallocated:', 'Leftover:').replace('devid ', 'number ')]),
  );
  const reasons = factsOf(collectOn({ ...spec, says: strange }).facts, 'unseen').map(({ what, because }) => `${what}: ${because}`);
  assert.ok(reasons.includes('btrfs filesystem usage -b: not-understood'), reasons.join());
  assert.ok(reasons.includes('btrfs filesystem show --raw: not-understood'), reasons.join());
});

test('a host without btrfs gives a document that says only what it is', () => {
  const { facts } = collectOn({});
  assert.deepEqual(
    facts.facts.map(({ is }) => is),
    ['host'],
  );
});

test('as an ordinary user it opens no device but /dev/null, and writes nowhere', { skip: whereIs('strace') === '' && 'no strace' }, () => {
  using host = makeFakeHost(tankHost('sid', 'healthy', { user: 'ordinary' }));
  const traceHostPath = join(host.hostPath, 'trace');
  const { status } = host.collect({
    shell: [whereIs('strace'), '-f', '-e', 'trace=open,openat,creat', '-o', traceHostPath, whereIs('sh')],
  });
  assert.equal(status, 0);
  const opened = readFileSync(traceHostPath, 'utf8')
    .split('\n')
    .flatMap((row) => /open(?:at)?\((?:AT_FDCWD, )?"([^"]*)", ([A-Z_|]+)/u.exec(row) ?? [])
    .join('\n');
  const rows = [...opened.matchAll(/^(.*)\n(.*)\n(.*)$/gmu)].map(([, , path = '', flags = '']) => ({ path, flags }));
  assert.ok(rows.length > 50);
  assert.deepEqual(
    rows.filter(({ path }) => path.startsWith('/dev/') && path !== '/dev/null'),
    [],
  );
  // The programs of this host write down how they were called.
  const written = rows.filter(
    ({ path, flags }) => /WRONLY|RDWR|CREAT/u.test(flags) && path !== '/dev/null' && path !== join(host.hostPath, 'commands'),
  );
  assert.deepEqual(written, []);
});

test('forty disks are read, each of them', (t) => {
  const spec = tankHost();
  const many = Array.from({ length: 40 }, (_, index) => ({
    name: `sd${String.fromCharCode(97 + (index % 26))}${index < 26 ? 'x' : 'y'}`,
    sizeBytes: 4 * 1024 ** 4,
    udev: [
      'E:ID_BUS=scsi',
      `E:ID_SERIAL_SHORT=SER${String(index)}`,
      'E:ID_FS_TYPE=crypto_LUKS',
      'E:ID_FS_VERSION=2',
      ...Array.from({ length: 40 }, (_none, line) => `E:ID_X${String(line)}=some words`),
    ],
  }));
  const startedMs = performance.now();
  const { facts } = collectOn({ ...spec, devices: [...(spec.devices ?? []), ...many] });
  t.diagnostic(`in ${(performance.now() - startedMs).toFixed(0)} ms`);
  assert.equal(factsOf(facts, 'device').length, 45);
});

test('this host itself can be collected', async () => {
  const { facts, json } = await collectFacts(createContext(), { names: false });
  assert.equal(factsOf(facts, 'host').length, 1);
  assert.ok(json.endsWith('}\n'));
});
