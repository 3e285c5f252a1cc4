import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noPieces, splitPieces } from './console-pieces.ts';
import { bootBegins, goOnFromEnd, observeBootPiece, observeBootPrompt } from './observe-boot.ts';
import type { BootNote, BootObserved, BootState } from './observe-boot.ts';

function observeAll(pieces: readonly string[], prompt = ''): { readonly state: BootState; readonly notes: readonly BootNote[] } {
  let state = bootBegins;
  const notes: BootNote[] = [];
  const steps = [
    ...pieces.map((piece) => (before: BootState) => observeBootPiece(before, piece)),
    (before: BootState) => observeBootPrompt(before, prompt),
  ];
  for (const step of steps) {
    const { state: next, note } = step(state);
    state = next;
    if (note !== null) notes.push(note);
  }
  return { state, notes };
}

test('a unit that did not start is noted with its name, where systemd has left room for it', () => {
  const { notes } = observeAll([
    '[ TIME ] Timed out waiting for device dev-disk-by\\x2dlabel-array.device - /dev/disk/by-label/array.',
    '[DEPEND] Dependency failed for storage.mount - /storage.',
    '[FAILED] Failed to start cron.service.',
    '[DEPEND] Dependency failed for dev-disk…y\\x2dlabel-array.device - array.',
    '[  OK  ] Reached target local-fs.target - Local File Systems.',
  ]);
  assert.deepEqual(
    notes.map((note) => note.kind === 'unit' && [note.trouble, note.unit]),
    [
      ['timed-out', 'dev-disk-by\\x2dlabel-array.device'],
      ['dependency-failed', 'storage.mount'],
      ['failed', 'cron.service'],
      ['dependency-failed', null],
    ],
  );
});

test('a wait is noted once, and what it is waiting for stays known', () => {
  const { state, notes } = observeAll([
    '[***   ] A start job is running for /dev/disk/by-label/array (5s / 1min 30s)',
    '[ ***  ] (1 of 2) A start job is running for /dev/disk/by-label/array (6s / no limit)',
    '[  *** ] (2 of 2) A start job is running for sleep.service - Sleep (7s / no limit)',
  ]);
  assert.deepEqual(notes, [
    { kind: 'wait', waitingFor: '/dev/disk/by-label/array', elapsedSeconds: 5, limitSeconds: 90 },
    { kind: 'wait', waitingFor: 'sleep.service - Sleep', elapsedSeconds: 7, limitSeconds: null },
  ]);
  assert.equal(state.waitingFor, 'sleep.service - Sleep (7 s, no limit)');
});

test('Debian 12 names the unit that it waits for, and cuts it to fit the line', () => {
  const { notes } = observeAll([
    String.raw`[  *** ] (1 of 2) Job dev-disk-by\x2duuid-4f…start running (1min 8s / 1min 30s)`,
    String.raw`[   ***] (1 of 2) Job dev-disk-by\x2duuid-4f…tart running (1min 10s / 1min 30s)`,
    '[    **] (2 of 2) Job storage.mount/start running (1min 11s / no limit)',
  ]);
  assert.deepEqual(
    notes.map((note) => note.kind === 'wait' && [note.waitingFor, note.limitSeconds]),
    [
      [String.raw`dev-disk-by\x2duuid-4f…`, 90],
      ['storage.mount', null],
    ],
  );
});

test('a prompt is an end only where it stands last', () => {
  assert.equal(observeAll([], 'raidlab login: ').state.end?.end, 'login');
  assert.equal(observeAll(['raidlab login: [   35.1] a late word of the kernel']).state.end?.end, 'login');
  assert.equal(observeAll(['somebody logs in: raidlab login: ']).state.end, null);
  assert.equal(observeAll([], '(initramfs) ').state.end?.end, 'initramfs-shell');
  assert.equal(observeAll(['(initramfs) [   35.123456] a late word of the kernel']).state.end?.end, 'initramfs-shell');
  for (const typed of ['echo (initramfs) ', '(initramfs) exit']) assert.equal(observeAll([typed]).state.end, null);
});

test('an initramfs of systemd’s own is told apart from the system', () => {
  for (const said of ['Booting initrd of dracut.', 'Welcome to Debian GNU/Linux 12 (bookworm) dracut-059-4 (Initramfs)!'])
    assert.equal(observeAll([said]).state.stage, 'initramfs', said);
  assert.equal(observeAll(['Booting initrd of dracut.', 'Welcome to Debian GNU/Linux 13 (trixie)!']).state.stage, 'system');
});

test('a passphrase that is asked for is no end', () => {
  const { state } = observeAll([], 'Please unlock disk crypt-root: ');
  assert.deepEqual([state.end, state.waitingFor], [null, 'a passphrase (Please unlock disk crypt-root:)']);
});

/** How often a passphrase is asked for on a console that comes in chunks of this length. */
function countAsked(said: string, chunk: number): number {
  let state = bootBegins;
  let pieces = noPieces;
  let asked = 0;
  const take = (observed: BootObserved): void => {
    ({ state } = observed);
    if (observed.asks) asked += 1;
  };
  for (let at = 0; at < said.length; at += chunk) {
    const split = splitPieces(pieces, said.slice(at, at + chunk));
    pieces = split.state;
    for (const piece of split.pieces) take(observeBootPiece(state, piece));
    take(observeBootPrompt(state, pieces.rest));
  }
  return asked;
}

test('each time that a passphrase is asked for is told once, in whatever chunks it comes', () => {
  const wrongOnce = [
    'Please unlock disk crypt-btrfs1: \r\n',
    'No key available with this passphrase.\r\ncryptsetup: ERROR: crypt-btrfs1: cryptsetup failed, bad password or options?\r\n',
    'Please unlock disk crypt-btrfs1: [   12.345678] sd 0:0:1:0: [sdb] Attached SCSI disk\r\n\r\n',
    'cryptsetup: crypt-btrfs1: set up successfully\r\n',
    '\u{1F510} Please enter passphrase for disk QEMU_HARDDISK (crypt-btrfs2): (press TAB for no echo) ***',
  ].join('');
  for (const chunk of [1, 7, 64, wrongOnce.length]) assert.equal(countAsked(wrongOnce, chunk), 3, `in chunks of ${String(chunk)}`);
});

test('cryptsetup asks in its own words where somebody types it in the shell', () => {
  const { state } = observeAll(['cryptsetup open /dev/sdc crypt-btrfs3'], 'Enter passphrase for /dev/sdc: ');
  assert.equal(state.waitingFor, 'a passphrase (Enter passphrase for /dev/sdc:)');
});

test('the shell behind sulogin, in an initramfs by dracut, has a prompt of two characters, which are nothing anywhere else', () => {
  const initramfs = 'Booting initrd of dracut.';
  assert.equal(observeAll([initramfs], '# ').state.end?.end, 'initramfs-shell');
  // Debian 12's dracut takes bash along as its sh.
  const bash = '\u001B[?2004hsh-5.2# ';
  assert.equal(observeAll([initramfs], bash).state.end?.end, 'initramfs-shell');
  assert.equal(
    observeAll([initramfs, `${bash}[   47.262559] BTRFS warning (device dm-0): devid 1 is missing`]).state.end?.end,
    'initramfs-shell',
  );
  assert.equal(observeAll([initramfs, `${bash}mount /sysroot`]).state.end, null);
  assert.equal(
    observeAll([initramfs, '# [   47.262559] BTRFS warning (device dm-0): devid 1 is missing']).state.end?.end,
    'initramfs-shell',
  );
  assert.equal(observeAll([initramfs, 'Welcome to Debian GNU/Linux 13 (trixie)!'], '# ').state.end, null);
});

test('a passphrase that was typed is not waited for any more', () => {
  const prompt = 'Please unlock disk crypt-btrfs1: ';
  assert.equal(observeAll([prompt]).state.waitingFor, null);
  assert.match(observeAll([`${prompt}[   12.345678] sd 0:0:1:0: [sdb] Attached SCSI disk`]).state.waitingFor ?? '', /^a passphrase/u);
});

test('sulogin is before the shell of an initramfs, or before emergency mode', () => {
  const prompt = '(or press Control-D to continue): ';
  const endOf = (...pieces: readonly string[]): string | undefined => observeAll(pieces, prompt).state.end?.end;
  assert.equal(endOf('Welcome to Debian GNU/Linux 13 (trixie) dracut-106 (Initramfs)!'), 'initramfs-shell');
  assert.equal(endOf('Loading, please wait...', 'Welcome to Debian GNU/Linux 13 (trixie)!'), 'emergency');
});

test('somebody at the console goes on from where a boot ended', () => {
  const { state } = observeAll(['Loading, please wait...'], '(initramfs) ');
  const next = observeBootPrompt(goOnFromEnd(state), 'raidlab login: ').state;
  assert.deepEqual([state.end?.end, next.end?.end, next.stage], ['initramfs-shell', 'login', 'initramfs']);
});

test('after its end a boot has no other', () => {
  const { state } = observeAll(['You are in emergency mode. After logging in, type "journalctl -xb" to view'], 'raidlab login: ');
  assert.equal(state.end?.end, 'emergency');
});
