import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeBoot } from '../../core/boot/boot-seen.ts';
import type { BootSeen } from '../../core/boot/boot-seen.ts';
import { judgeLogin } from '../../core/proof/judge-boot.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import { answerFrom } from '../../machine/fixtures/scripted-machine.ts';
import { answerPayload } from '../../storage/fixtures/payload-answers.ts';
import { answerHealthy } from '../fixtures/healthy-array.ts';
import { openScriptedDrill } from '../fixtures/scripted-drill.ts';
import type { ScriptedDrill } from '../fixtures/scripted-drill.ts';
import { prepareBoot } from './boot-copy.ts';
import { examineReboot } from './examine-reboot.ts';

const crypttab = [
  'crypt-btrfs2 UUID=u2 /etc/luks/DISK2.key luks,nofail',
  'crypt-btrfs3 UUID=u3 /etc/luks/DISK3.key luks,nofail',
  'typed UUID=u4 none luks',
  '',
].join('\n');
const fstab = 'LABEL=storage /storage btrfs nofail 0 0\n';

test('the repaired machine writes its crypttab, fstab and keys to the installed root, and its disk is out again', async () => {
  const answers = answerFrom({
    'cat /etc/crypttab': crypttab,
    'cat /etc/fstab': fstab,
    'test -f /etc/luks/DISK3.key': { exitCode: 1 },
    ...Object.fromEntries(['test', 'udevadm', 'mkdir', 'mount', 'umount', 'install', 'tee'].map((program) => [program, {}])),
  });
  await using drill = await openScriptedDrill(() => ({ scripts: [answers] }));
  const { run } = drill;
  await run.boot();
  const systemHostPath = join(run.kit.disksHostPath, 'root.ext4');
  await writeFile(systemHostPath, Buffer.alloc(1024 ** 2));
  const { kernel, tools } = run.kit.parts;
  await prepareBoot(run, { kernel, tools: { ...tools, systemHostPath } });
  const [machine] = drill.machines;
  const typed = machine?.typed.map(({ argv }) => argv.join(' ')) ?? [];
  const root = '/run/raidlab-installed';
  const mounted = typed.slice(typed.findIndex((line) => line.startsWith('mount ')) + 1).filter((line) => !/^(?:cat|test) /u.test(line));
  // A key that is not there is for the boot to find missing.
  assert.deepEqual(mounted, [
    `mkdir -p ${root}/storage`,
    `install -D -m 0600 /etc/luks/DISK2.key ${root}/etc/luks/DISK2.key`,
    `tee ${root}/etc/crypttab`,
    `tee -a ${root}/etc/fstab`,
    `umount ${root}`,
  ]);
  const given = machine?.typed.filter(({ argv }) => argv[0] === 'tee').map(({ options }) => options.input);
  assert.deepEqual(given, [crypttab, fstab]);
  assert.ok(machine?.disks().every(({ serial }) => serial !== 'INSTALLED'));
});

const seen: BootSeen = { end: 'login', stage: 'system', said: 'raidlab login:', afterMs: 39_000, limit: null, units: [] };

async function reboot(boot: BootSeen): Promise<{ readonly checks: readonly Check[]; readonly typed: number }> {
  await using drill: ScriptedDrill = await openScriptedDrill(() => ({
    scripts: [answerHealthy(), (argv, options) => answerPayload(drill.run.promised)(argv, options)],
  }));
  const checks = await examineReboot(drill.run, async (run) => {
    await run.boot();
    const settled = { noted: [], checks: [judgeLogin(boot)], answers: boot.stage === 'system' };
    return { machine: run.machine, settled: () => Promise.resolve(settled) };
  });
  return { checks, typed: drill.machines[0]?.typed.length ?? 0 };
}

test('a reboot holds where the boot has reached its login and everything is back', async () => {
  const { checks } = await reboot(seen);
  assert.ok(checks.every(({ outcome }) => outcome === 'held'));
  assert.ok(checks.at(-1)?.evidence.includes(describeBoot(seen)));
});

test('a boot in emergency mode is broken, even where the array is back', async () => {
  const { checks } = await reboot({ ...seen, end: 'emergency' });
  assert.deepEqual(
    checks.map(({ name, outcome }) => [name, outcome]),
    [
      ['files', 'held'],
      ['scrub', 'held'],
      ['device-stats', 'held'],
      ['reboot', 'broken'],
    ],
  );
});

test('in the shell of the initramfs nothing is typed, and nothing is known of the array', async () => {
  const { checks, typed } = await reboot({ ...seen, end: 'initramfs-shell', stage: 'initramfs' });
  assert.equal(typed, 0);
  assert.deepEqual(
    checks.map(({ outcome }) => outcome),
    ['inconclusive', 'inconclusive', 'inconclusive', 'broken'],
  );
  assert.ok(checks.at(-1)?.evidence.join().includes('shell of the initramfs'));
});
