/**
 * Records boots: `node test/recorded/record-boots.ts SUITE CASE…` boots an installed system of the suite, with an array whose disks come
 * and go, and writes what its console said to src/core/boot/fixtures/SUITE. Without cases it says which there are. A first boot, to the
 * login, builds the array; each case is prepared in a boot of its own, on a copy of that system. A case takes one to three minutes under TCG.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describeBoot } from '../../src/core/boot/boot-seen.ts';
import { defaultLayout } from '../../src/core/layout/layout.ts';
import { planArray, planCreateArray } from '../../src/core/plan/array.ts';
import { command } from '../../src/core/plan/command.ts';
import type { Command } from '../../src/core/plan/command.ts';
import { createContext } from '../../src/machine/context.ts';
import { createDiskImage, createOverlay } from '../../src/machine/files/disk-image.ts';
import { KernelCrash } from '../../src/machine/kernel-crash.ts';
import type { Machine, MachineSpec } from '../../src/machine/machine.ts';
import { powerOnInstalled } from '../../src/machine/start/start-installed.ts';
import { typeCommand } from '../../src/storage/type-command.ts';
import { openMachineFiles } from '../rig/live-machine.ts';

/** A boot that is recorded. */
interface Case {
  /** Typed before, on a system that is as it was when the array was built. */
  readonly prepare: readonly Command[];
  /** Whether DISK1 is away. */
  readonly lacksDisk?: true;
  /** Whether the system disk is blank. */
  readonly lacksRoot?: true;
  readonly limitMs?: number;
}

const shortLimitMs = 60_000;
const crashUnit = `[Unit]
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger'
`;

const sed = (script: string, file: string): Command => command('sed', '-i', script, file);
const dropNofail = [sed('s/nofail/defaults/', '/etc/fstab'), sed('s/,nofail//', '/etc/crypttab')];

const cases: Readonly<Record<string, Case>> = {
  login: { prepare: [] },
  'login-without-disk': { prepare: [], lacksDisk: true },
  emergency: { prepare: dropNofail, lacksDisk: true },
  'no-end': {
    prepare: [...dropNofail, sed('s/defaults/defaults,x-systemd.device-timeout=infinity/', '/etc/fstab')],
    lacksDisk: true,
    limitMs: shortLimitMs,
  },
  passphrase: { prepare: [...dropNofail, sed('s|/etc/luks/DISK[12].key|none|', '/etc/crypttab')], limitMs: shortLimitMs },
  'initramfs-shell': { prepare: [], lacksRoot: true },
  crash: {
    prepare: [
      { argv: ['tee', '/etc/systemd/system/crash.service'], stdin: crashUnit },
      command('ln', '-s', '../crash.service', '/etc/systemd/system/sysinit.target.wants/crash.service'),
    ],
  },
};

const [suite, ...wanted] = process.argv.slice(2);
const known = Object.keys(cases);
if (suite === undefined || wanted.length === 0 || !wanted.every((name) => known.includes(name)))
  throw new Error(`Usage: node record-boots.ts SUITE CASE…, of ${known.join(', ')}`);

const fixtures = path.resolve(import.meta.dirname, '../../src/core/boot/fixtures', suite);
await mkdir(fixtures, { recursive: true });
const ctx = createContext({
  emit: (event) => {
    if (['image-built', 'boot-noted', 'boot-ended', 'remark-made'].includes(event.type)) console.error(JSON.stringify(event));
  },
});
await using files = await openMachineFiles(ctx, { suite, system: 'installed', spec: { memoryMiB: 1024 } });
const { spec, disk } = files;
const both = [disk('DISK1'), disk('DISK2')];
const second = [{ ...disk('DISK2'), bay: 1 }];
const blankHostPath = `${spec.systemHostPath}.blank`;
await createDiskImage(ctx, blankHostPath, 64 * 1024 * 1024);
const array = planArray({ ...defaultLayout, spareSizesBytes: [] }, [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
]);
const type = async (machine: Machine, ...commands: readonly Command[]): Promise<void> => {
  for (const planned of commands) await typeCommand(ctx, machine.guest, planned);
};

await buildArray();
for (const name of wanted) {
  const asked = cases[name];
  if (asked === undefined) continue;
  const systemHostPath = `${spec.systemHostPath}.${name}`;
  await createOverlay(ctx, { hostPath: systemHostPath, backingHostPath: spec.systemHostPath, backingFormat: 'qcow2' });
  if (asked.prepare.length > 0) await prepare(systemHostPath, asked);
  await record(name, asked, asked.lacksRoot === undefined ? { systemHostPath } : { systemHostPath: blankHostPath, systemFormat: 'raw' });
}

async function buildArray(): Promise<void> {
  await using machine = await powerOnInstalled(ctx, { ...spec, name: 'build', disks: both });
  await machine.boot;
  await type(machine, ...planCreateArray(array));
  await machine.shutdown(ctx);
}

/** Types what makes the case, in a boot that has no array. */
async function prepare(systemHostPath: string, { prepare: commands }: Case): Promise<void> {
  await using machine = await powerOnInstalled(ctx, { ...spec, systemHostPath, name: 'prepare', disks: [] });
  await machine.boot;
  await type(machine, ...commands);
  await machine.shutdown(ctx);
}

async function record(name: string, { lacksDisk, limitMs }: Case, root: Pick<MachineSpec, 'systemHostPath' | 'systemFormat'>): Promise<void> {
  const evidenceHostPath = path.join(spec.evidenceHostPath, name);
  await mkdir(evidenceHostPath);
  const disks = lacksDisk === undefined ? both : second;
  await using machine = await powerOnInstalled(ctx, { ...spec, ...root, name, disks, evidenceHostPath }, { ...(limitMs && { limitMs }) });
  const came = await machine.boot.then(describeBoot, (error: unknown) => {
    if (error instanceof KernelCrash) return error.message;
    throw error;
  });
  console.error(`${name}: ${came}`);
  await machine.crash();
  await copyFile(path.join(evidenceHostPath, 'console.log'), path.join(fixtures, `${name}.txt`));
}
