/**
 * The proof's reboot by an installed Debian: systemd does what the repaired machine's crypttab and fstab say.
 *
 *     repaired machine ──writes crypttab, fstab and keys──► root of an installed system ──► it boots, with copies of the array's disks
 */
import { join } from 'node:path';
import { keyFilesOf } from '../../core/cryptsetup/crypttab.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { guestDeviceOf } from '../../core/plan/container.ts';
import { judgeLogin } from '../../core/proof/judge-boot.ts';
import { createOverlay } from '../../machine/files/disk-image.ts';
import type { InstalledSystem } from '../../machine/image/artefact.ts';
import type { DiskSpec } from '../../machine/machine.ts';
import { powerOnInstalled } from '../../machine/start/start-installed.ts';
import { stretchGuestLimits } from '../../machine/start/stretch-guest-limits.ts';
import { waitForDiskNames } from '../../machine/start/wait-for-disk-names.ts';
import { describeLostRace } from '../../storage/lost-race.ts';
import { ask, tryCommand } from '../../storage/type-command.ts';
import { overlayDisks, startFromKitBy } from '../begin/machine-kit.ts';
import type { DrillRun } from '../drill-run.ts';
import { waitForLastJob } from '../steps/boot/boot-steps.ts';
import { mountedArray } from './examine-array.ts';
import { copyName } from './restart-copy.ts';
import type { RestartCopy } from './restart-copy.ts';

/** The serial of an installed system's root while the repaired machine writes to it. */
const rootSerial = 'INSTALLED';
const rootGuestPath = '/run/raidlab-installed';

/**
 * Lets the repaired machine, which is on, write its crypttab, its lines of fstab and its keys to the root of an installed system; gives
 * how that system is then booted with the array. The array is not touched.
 */
export async function prepareBoot(run: DrillRun, system: InstalledSystem): Promise<RestartCopy> {
  const { ctx, kit, machine } = run;
  const disk: DiskSpec = { serial: rootSerial, hostPath: join(kit.disksHostPath, 'installed.qcow2'), format: 'qcow2' };
  await createOverlay(ctx, { hostPath: disk.hostPath, backingHostPath: system.tools.systemHostPath, backingFormat: 'raw' });
  await machine.insertDisk(ctx, disk);
  await waitForDiskNames(ctx, machine.guest, [disk]);
  // These are the proof's own commands: a refusal is no finding.
  const type = async (planned: Command): Promise<string> => ask(ctx, machine.guest, planned, String);
  await type(command('mkdir', '-p', rootGuestPath));
  await type(command('mount', '-t', 'ext4', guestDeviceOf(rootSerial), rootGuestPath));
  await type(command('mkdir', '-p', `${rootGuestPath}${run.array.mountPoint}`));
  for (const planned of await planCarryOver(run)) await type(planned);
  await type(command('umount', rootGuestPath));
  await machine.pullDisk(ctx, rootSerial);
  return bootCopy(system, disk);
}

/** The commands that carry over what decides at a boot. A key file that crypttab names and that is not there stays away: the boot is to meet that. */
async function planCarryOver({ ctx, guest }: DrillRun): Promise<readonly Command[]> {
  const read = async (guestPath: string): Promise<string> => (await tryCommand(ctx, guest, command('cat', guestPath))).stdout;
  const crypttab = await read('/etc/crypttab');
  const keys: string[] = [];
  for (const key of new Set(keyFilesOf(crypttab).values()))
    if ((await tryCommand(ctx, guest, command('test', '-f', key))).exitCode === 0) keys.push(key);
  const inRoot = (guestPath: string): string => `${rootGuestPath}${guestPath}`;
  return [
    ...keys.map((key) => command('install', '-D', '-m', '0600', key, inRoot(key))),
    { argv: ['tee', inRoot('/etc/crypttab')], stdin: crypttab },
    { argv: ['tee', '-a', inRoot('/etc/fstab')], stdin: await read('/etc/fstab') },
  ];
}

function bootCopy(system: InstalledSystem, { hostPath, format }: DiskSpec): RestartCopy {
  return async (run) => {
    const { ctx, kit, disks, array } = run;
    const copies = await overlayDisks(ctx, kit, copyName, { ...disks, systemHostPath: hostPath, systemFormat: format });
    const installed = { ...kit, parts: { ...kit.parts, ...system } };
    const machine = await startFromKitBy(ctx, installed, copyName, copies, powerOnInstalled);
    return {
      machine,
      settled: async () => {
        const seen = await machine.boot;
        // The agent begins with the system, however far that comes.
        const answers = seen.stage === 'system';
        const checks = [judgeLogin(seen)];
        if (!answers) return { noted: [], checks, answers };
        await stretchGuestLimits(ctx, machine.guest);
        const { guest } = machine;
        const jobs = await waitForLastJob({ ctx, guest });
        const race = (await mountedArray(run, guest)) === null ? await describeLostRace(ctx, guest, array) : [];
        const waits = jobs.happened ? [] : [`systemd still waits for ${jobs.last.lastSeen}`];
        return { noted: [...race, ...waits], checks, answers };
      },
    };
  };
}
