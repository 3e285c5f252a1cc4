import type { Member } from '../../core/array/member.ts';
import { parseOneFilesystem } from '../../core/btrfs/filesystem-show.ts';
import { keyFilesOf } from '../../core/cryptsetup/crypttab.ts';
import { parseMappingStatus } from '../../core/cryptsetup/status.ts';
import { parseDmsetupInfo } from '../../core/device-mapper/info.ts';
import { command } from '../../core/plan/command.ts';
import { planMappingStatus, planTestKey } from '../../core/plan/container.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import { lookAt } from '../../core/plan/repair.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import { ask, readOutput, tryCommand } from '../../storage/type-command.ts';
import type { DrillRun } from '../drill-run.ts';
import { mountedArray } from '../proof/examine-array.ts';

const planMappings = command('dmsetup', 'info', '--columns', '--noheadings', '--separator', ' ', '-o', 'name,blkdevname');

/**
 * Finds out what the mounted array's members are now, whoever made them: their disks, mappings and key files, which a script may name as
 * it likes. The proof then opens them as they are. A member that is no container, and a container without a key that is kept, are judged.
 */
export async function adoptContainers(run: DrillRun): Promise<void> {
  const { ctx, guest, array } = run;
  if ((await mountedArray(run, guest)) === null) return;
  const { devices } = await ask(ctx, guest, lookAt(array).filesystemShow, parseOneFilesystem);
  const look = await lookAround(run);
  const members: Member[] = [];
  const findings: Check[] = [];
  for (const { devid, guestDevice, missing } of devices) {
    if (missing || guestDevice === null) {
      members.push(...run.members.filter((member) => member.devid === devid));
      continue;
    }
    const found = await findContainer(run, look, guestDevice);
    if (found.is === 'container') members.push({ devid, container: found.container });
    else findings.push(checkOf(found.is, devid, guestDevice));
  }
  if (findings.length === 0) run.adoptContainers(members);
  for (const finding of findings) run.judge(finding);
}

/** What the guest has: its disks by the kernel's names, its mappings, the key files of its crypttab. */
interface Surroundings {
  readonly disks: ReadonlyMap<string, ContainerPlan>;
  /** By the kernel's name: `/dev/dm-0`. */
  readonly mappings: ReadonlyMap<string, string>;
  readonly keyFiles: ReadonlyMap<string, string>;
}

async function lookAround(run: DrillRun): Promise<Surroundings> {
  const { ctx, guest, array } = run;
  const disks = new Map<string, ContainerPlan>();
  for (const container of [...array.members, ...array.spares]) {
    // A script may use the whole disk, or a partition of it, whatever the layout has.
    for (const guestDevice of new Set([container.diskGuestDevice, `${container.diskGuestDevice}-part1`, container.guestDevice])) {
      const { exitCode, stdout } = await tryCommand(ctx, guest, command('readlink', '--canonicalize-existing', guestDevice));
      if (exitCode === 0) disks.set(stdout.trim(), { ...container, guestDevice });
    }
  }
  const mappings = await ask(ctx, guest, planMappings, parseDmsetupInfo);
  const crypttab = await tryCommand(ctx, guest, command('cat', '/etc/crypttab'));
  return {
    disks,
    mappings: new Map(mappings.map(({ name, kernelName }) => [`/dev/${kernelName}`, name])),
    keyFiles: keyFilesOf(crypttab.stdout),
  };
}

type Found = { readonly is: 'container'; readonly container: ContainerPlan } | { readonly is: 'plain' | 'keyless' | 'strange' };

async function findContainer(run: DrillRun, { disks, mappings, keyFiles }: Surroundings, guestDevice: string): Promise<Found> {
  const { ctx, guest } = run;
  const kernelDevice = (await ask(ctx, guest, command('readlink', '--canonicalize', guestDevice), String)).trim();
  const mappingName = mappings.get(kernelDevice);
  if (mappingName === undefined) return { is: disks.has(kernelDevice) ? 'plain' : 'strange' };
  const named = { mappingName, mappingGuestDevice: `/dev/mapper/${mappingName}` };
  const result = await tryCommand(ctx, guest, planMappingStatus(named));
  const status = readOutput(guest, result, parseMappingStatus);
  const disk = status.state === 'active' ? disks.get(status.diskGuestDevice ?? '') : undefined;
  // A pulled disk's mapping leads nowhere: it is the planned one as long as it has its name.
  if (disk === undefined) {
    const planned = [...run.array.members, ...run.array.spares].find((container) => container.mappingName === mappingName);
    return planned === undefined ? { is: 'strange' } : { is: 'container', container: planned };
  }
  const uuid = await tryCommand(ctx, guest, command('cryptsetup', 'luksUUID', disk.guestDevice));
  const container = { ...disk, ...named, luksUuid: uuid.exitCode === 0 ? uuid.stdout.trim() : disk.luksUuid };
  const candidates = [...new Set([keyFiles.get(mappingName), disk.keyGuestPath, ...keyFiles.values()])];
  for (const keyGuestPath of candidates) {
    if (keyGuestPath === undefined || keyGuestPath === null) continue;
    const keyed = { ...container, keyGuestPath };
    if ((await tryCommand(ctx, guest, planTestKey(keyed))).exitCode === 0) return { is: 'container', container: keyed };
  }
  return { is: 'keyless' };
}

function checkOf(is: 'plain' | 'keyless' | 'strange', devid: number, guestDevice: string): Check {
  const member = `devid ${String(devid)}, ${guestDevice}`;
  switch (is) {
    case 'plain':
      return {
        name: 'encryption',
        claim: 'Every member is in a LUKS container, as the layout has it',
        outcome: 'broken',
        evidence: [`${member}, is a bare disk: what is written to it can be read by whoever has it`],
      };
    case 'keyless':
      return {
        name: 'keys',
        claim: 'Every container opens with a key file that crypttab names',
        outcome: 'inconclusive',
        evidence: [`the container of ${member}, opens with none of them, so it cannot be opened in a copy`],
      };
    case 'strange':
      return {
        name: 'members',
        claim: 'Every member is on a disk of the layout',
        outcome: 'inconclusive',
        evidence: [`${member}, is not: it cannot be opened in a copy, so it cannot be examined`],
      };
  }
}
