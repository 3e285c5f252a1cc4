import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { noPieces, splitPieces } from './console-pieces.ts';
import { bootBegins, observeBootPiece, observeBootPrompt } from './observe-boot.ts';
import type { BootNote, BootObserved, BootState } from './observe-boot.ts';

const folder = new URL('fixtures/', import.meta.url);

/** The consoles of real boots, byte by byte as QEMU gave them: test/recorded/record-boots.ts. */
const recorded = readdirSync(folder).flatMap((suite) =>
  readdirSync(new URL(`${suite}/`, folder)).map((file) => ({
    suite,
    name: file.replace(/\.txt$/u, ''),
    said: readFileSync(new URL(`${suite}/${file}`, folder), 'utf8'),
  })),
);

/** Observes a console that comes in chunks of this length. */
function observe(said: string, chunk: number): { readonly state: BootState; readonly notes: readonly BootNote[] } {
  let state = bootBegins;
  let pieces = noPieces;
  const notes: BootNote[] = [];
  const take = (observed: BootObserved): void => {
    ({ state } = observed);
    if (observed.note !== null) notes.push(observed.note);
  };
  for (let at = 0; at < said.length; at += chunk) {
    const split = splitPieces(pieces, said.slice(at, at + chunk));
    pieces = split.state;
    for (const piece of split.pieces) take(observeBootPiece(state, piece));
    take(observeBootPrompt(state, pieces.rest));
  }
  return { state, notes };
}

/** What each recorded boot came to, and the units that did not start on the way. */
const expected: Readonly<
  Record<string, { readonly end: string | null; readonly stage: string; readonly units: readonly (string | null)[] }>
> = {
  'bookworm/login': { end: 'login', stage: 'system', units: [] },
  'bookworm/login-without-disk': { end: 'login', stage: 'system', units: [] },
  // systemd cuts the middle out of names that are too long for its line; how many that are depends on its version.
  'bookworm/emergency': { end: 'emergency', stage: 'system', units: [null, 'storage.mount', null, null, null, null] },
  'bookworm/root-by-dracut-shell': { end: 'initramfs-shell', stage: 'initramfs', units: [] },
  'trixie/login': { end: 'login', stage: 'system', units: [] },
  'trixie/login-without-disk': { end: 'login', stage: 'system', units: [] },
  // Up to the shell, and from where somebody has mounted the root there by hand and left it.
  'trixie/root-without-disk-helped': { end: 'login', stage: 'system', units: [] },
  'trixie/root-without-disk': { end: 'initramfs-shell', stage: 'initramfs', units: [] },
  // A passphrase, typed once, opens both members of the root.
  'trixie/root-by-dracut': { end: 'login', stage: 'system', units: [] },
  // Without a disk: root is locked in the initramfs; and with SYSTEMD_SULOGIN_FORCE=1.
  'trixie/root-by-dracut-locked': { end: 'locked', stage: 'initramfs', units: [] },
  'trixie/root-by-dracut-shell': { end: 'initramfs-shell', stage: 'initramfs', units: [] },
  'trixie/emergency': {
    end: 'emergency',
    stage: 'system',
    units: [null, 'storage.mount', 'local-fs.target', null, null, 'cryptsetup.target'],
  },
};

test('every recorded boot has its facts asserted, and every fact a recording', () => {
  assert.deepEqual(recorded.map(({ suite, name }) => `${suite}/${name}`).sort(), Object.keys(expected).sort());
});

for (const { suite, name, said } of recorded) {
  test(`${suite}: ${name} is told as it was, in whatever chunks it comes`, () => {
    for (const chunk of [1, 7, 4096, said.length]) {
      const { state, notes } = observe(said, chunk);
      const units = notes.flatMap((note) => (note.kind === 'unit' ? [note.unit] : []));
      assert.deepEqual(
        { end: state.end?.end ?? null, stage: state.stage, units },
        expected[`${suite}/${name}`],
        `in chunks of ${String(chunk)}`,
      );
    }
  });
}
