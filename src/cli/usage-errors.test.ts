import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { RecordedEvent } from '../core/event.ts';
import { openSandbox } from './fixtures/run-raidlab.ts';

const usageErrors: readonly (readonly [argv: readonly string[], said: RegExp])[] = [
  [['frob'], /Unexpected option or subcommand: "frob"/u],
  [['dril'], /Did you mean.*"drill"/u],
  [['drill', '--skp-step', 'x'], /Did you mean "--skip-step"\?/u],
  [['drill', '--plan=yes'], /--plan/u],
  [['drill', '--seed'], /"--seed" requires "SEED"/u],
  [['drill', '--payload', '3Q'], /Expected a size such as 32MiB or 1G, but got "3Q"/u],
  [['drill', '--payload', '0'], /Expected a size/u],
  [['drill', '--payload', '3G'], /A payload of 3072 MiB does not fit/u],
  [['drill', '--disk-size', '-1G'], /Expected a size/u],
  [['up', '--disk-size', '1'], /Expected a size with its unit, such as 512MiB or 1GiB, but got "1": that is 1 byte\./u],
  [['drill', '--disk-size', '64M'], /Disks of 64 MiB are too small/u],
  [['drill', '--disks', '0'], /greater than or equal to 1/u],
  [['drill', '--disks', '1'], /The profile raid1 needs at least 2 disks; the layout has 1/u],
  [['drill', '--disks', 'two'], /Expected a valid integer/u],
  [['drill', '--profile', 'raid9'], /Expected one of "raid1"/u],
  [['drill', '--memory', '1'], /256/u],
  [['drill', '--accelerator', 'xen'], /Expected one of "auto"/u],
  [['drill', '--kernel', 'trixy'], /"trixy" is not a kernel\.\n.*Did you mean "trixie"\?/u],
  [['drill', '--kernel', './nonesuch'], /There is no usable kernel in .*\/nonesuch: there is no such directory/u],
  [['drill', '--kernel', 'nonesuch.deb'], /There is no usable kernel in .*\/nonesuch\.deb: there is no such file/u],
  [['drill', '--tools', 'bokworm'], /"bokworm" is not a Debian suite.*\n.*Did you mean "bookworm"\?/u],
  [['drill', 'replace-mising-disk'], /There is no drill called "replace-mising-disk".\n.*Did you mean "replace-missing-disk"\?/u],
  [['drill', '--skip-step', 'soft-balanc'], /has no step called "soft-balanc".\n.*Did you mean "soft-balance"\?/u],
  [['drill', '--skip-step', 'build-array'], /The step build-array of replace-missing-disk cannot be left out/u],
  [['drill', 'kernel-crash', 'b'], /There is no drill called "b"/u],
  [['drill', 'replica-*'], /There is no drill called "replica-\*"/u],
  [['drill', './nowhere.ts'], /The drill \.\/nowhere\.ts cannot be read: there is no such file/u],
  [['drill', 'nowhere.mjs', '--plan'], /The drill nowhere\.mjs cannot be read/u],
  [['drills', 'show', './nowhere.ts'], /The drill \.\/nowhere\.ts cannot be read/u],
  [['drill', '--all', 'kernel-crash'], /--all names every drill: it does not go together with names/u],
  [['drill', 'kernel-crash', 'replace-missing-disk', '--skip-step', 'x'], /--skip-step works with a single drill; 2 are named/u],
  [['drill', '--twin', '--skip-step', 'soft-balance'], /--twin decides itself what is left out/u],
  [['drill', 'kernel-crash', '--twin'], /kernel-crash is a demonstration: it has no twin/u],
  [['drill', '--tag', 'balanc'], /No drill has the tag "balanc"\.\n.*Did you mean "balance"\?/u],
  [['drills', '--tag', 'balanc'], /No drill has the tag "balanc"/u],
  [
    ['drill', '--layout', 'raid9'],
    /Expected one of raid1, .* or a file such as \.\/array\.yaml, but got "raid9"\. Did you mean "raid1"\?/u,
  ],
  [['up', '--layout', './nowhere.yaml'], /The layout \.\/nowhere\.yaml cannot be read: there is no such file/u],
  [['drill', '--keep', '--repeat', '2'], /--keep leaves one machine running/u],
  [['drill', '--jobs', '0'], /greater than or equal to 1/u],
  [['drill', '--repeat', 'often'], /Expected a valid integer/u],
  [['drill', '--reporter', 'junti=x'], /Expected one of list, json, junit, tap, github.*Did you mean "junit"/u],
  [['drill', '--reporter', 'tap='], /Expected one of list, json, junit, tap, github/u],
  [
    ['drill', '--reporter', 'junit', '--reporter', 'tap'],
    /Standard output is one stream, and junit and tap want it\. .*--reporter tap=FILE/u,
  ],
  [['drills', 'show'], /Expected a "NAME"/u],
  [['drills', 'show', 'kernel-crsh'], /There is no drill called "kernel-crsh".\n.*Did you mean "kernel-crash"\?/u],
  [['drills', 'shwo'], /Did you mean "show"\?/u],
  [['disk', 'pull'], /Expected a "DISK", but too few arguments\.\n/u],
  [['completion', 'tcsh'], /Unsupported shell "tcsh"/u],
];

for (const [argv, said] of usageErrors) {
  test(`raidlab ${argv.join(' ')}: exit 64, with the way out, and nothing left behind`, async () => {
    using sandbox = openSandbox();
    const { exitCode, stdout, stderr } = await sandbox.run(...argv);
    assert.match(stderr, said);
    assert.match(stderr, /^ {2}→ /mu);
    assert.equal(stdout, '');
    assert.equal(exitCode, 64);
    assert.deepEqual(readdirSync(sandbox.hostPath), ['programs']);
  });
}

for (const asked of [['--json'], ['--reporter', 'json'], ['--reporter=json']]) {
  test(`a mistake of a program that reads JSON by ${asked.join(' ')} is told as events`, async () => {
    using sandbox = openSandbox();
    const { exitCode, stdout } = await sandbox.run('drill', 'nope', ...asked);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((row) => JSON.parse(row) as RecordedEvent);
    assert.deepEqual(
      events.map((event) => event.type),
      ['run-started', 'run-failed', 'run-ended'],
    );
    const last = events.at(-1);
    assert.equal(last?.type === 'run-ended' && last.exitCode, 64);
    assert.equal(exitCode, 64);
  });
}
