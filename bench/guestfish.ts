// The default drill's job done with guestfish (libguestfs), the nearest tool in the field, and without the proof: the encrypted
// array, the payload, a lost disk, the repair, a scrub, one checksum. `node bench/guestfish.ts [RUNS] [within]` prints the time by part.
//
// The disk is lost as in the drill: the machine is started again without it, which is a second launch of guestfish's cached
// appliance. (`within` does it in one launch, by taking the disk from the running kernel: faster, and another job.) The disks are
// without flushes to the host's. What guestfish lacks, and the key derivation, which its luks-format cannot choose, goes through
// `debug sh`. What the drill does besides, this does not: the live writer, crypttab and fstab, the refused mount, every check.
//
// Needed on the host, on Debian: `apt-get install --no-install-recommends libguestfs-tools linux-image-cloud-amd64`.
// The appliance is made of the host's installed packages (btrfs-progs and cryptsetup-bin come along) and of a kernel in /boot.
// A kernel elsewhere is named by SUPERMIN_KERNEL and SUPERMIN_MODULES, but /lib/modules must exist even then.
import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempDisposableSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseFilesystemUsage } from '../src/core/btrfs/filesystem-usage.ts';
import { hasOnlyProfile, usageHasMissing } from '../src/core/btrfs/profile-judgement.ts';
import { defaultDiskSizeBytes, defaultLayout } from '../src/core/layout/layout.ts';
import { metadataProfileOf } from '../src/core/layout/profile.ts';
import type { Manifest } from '../src/core/payload/manifest.ts';
import { command, formatCommand } from '../src/core/plan/command.ts';
import type { Command } from '../src/core/plan/command.ts';
import { planContainer, planCreateContainer, planOpenContainer } from '../src/core/plan/container.ts';
import type { ContainerPlan } from '../src/core/plan/container.ts';
import { lookAt, planReplace, planScrub, planSoftBalance } from '../src/core/plan/repair.ts';
import { degradedTree, payloadTree } from '../src/drills/steps/build-steps.ts';
import { replaceMissingDisk } from '../src/drills/catalogue/replace-missing-disk.ts';
import { createContext } from '../src/machine/context.ts';
import type { Accelerator } from '../src/core/host/accelerator.ts';
import { writePayloadImage } from '../src/storage/payload-image.ts';

/** How long one run took, milliseconds. */
export interface GuestfishTimes {
  /** From the start of guestfish to its end. */
  readonly wallMs: number;
  /** The same by part, in order. */
  readonly partsMs: ReadonlyMap<string, number>;
}

/** Longer than any run here by a factor of ten; milliseconds. */
const timeoutMs = 10 * 60 * 1000;

/**
 * Says why guestfish cannot be measured here; undefined when it can.
 *
 * Launches the appliance once, which also builds it where it is not cached: what is measured afterwards is a warm run.
 */
export function whyNoGuestfish(accelerator: Accelerator): string | undefined {
  const { error, status, stderr } = spawnSync('guestfish', ['--add', '/dev/null', 'run'], {
    encoding: 'utf8',
    env: environment(accelerator),
    timeout: timeoutMs,
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') return 'guestfish is not installed (Debian: libguestfs-tools)';
  if (error !== undefined) return `guestfish could not be started: ${error.message}`;
  return status === 0 ? undefined : `guestfish cannot launch its appliance (is there a kernel in /boot?): ${stderr.trim()}`;
}

/**
 * Does the job once, in a temporary directory that is removed, and gives its times.
 *
 * Throws when a command fails, when a chunk of the array is left without its second copy, or when the checksum differs.
 * `seed` is that of the drill it is compared with: the payload is the same.
 */
export async function runGuestfish(seed: string, accelerator: Accelerator, loss: DiskLoss = 'restart'): Promise<GuestfishTimes> {
  using directory = mkdtempDisposableSync(path.join(tmpdir(), 'raidlab-guestfish-'));
  const job = await prepareJob(directory.path, seed);
  const startedAtMs = Date.now();
  const startedMs = performance.now();
  const outputs = guestfishScripts(job, loss).map((script) => {
    const { error, status, stdout, stderr } = spawnSync('guestfish', [], {
      input: script(),
      encoding: 'utf8',
      env: { ...environment(accelerator), LIBGUESTFS_TMPDIR: directory.path },
      timeout: timeoutMs,
    });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`guestfish ended with exit ${status}, ${failedLine(script(), stderr)}: ${stderr.trim()}`);
    return stdout;
  });
  const wallMs = performance.now() - startedMs;
  checkResult(job);
  return { wallMs, partsMs: partsOf(outputs.join(''), startedAtMs, startedAtMs + wallMs) };
}

/** How the disk is lost: by starting the machine again without it, or within the running one. */
export type DiskLoss = 'restart' | 'within';

function environment(accelerator: Accelerator): NodeJS.ProcessEnv {
  // Without `direct` it may start its QEMU through libvirt, where there is one.
  const settings = accelerator === 'tcg' ? { LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' } : {};
  return { ...process.env, LIBGUESTFS_BACKEND: 'direct', ...settings };
}

/** The files of one run, all on the host, and what must be read back. */
interface GuestfishJob {
  /** By label: a label of guestfish is letters only. */
  readonly disks: ReadonlyMap<string, string>;
  readonly payloadHostPath: string;
  readonly degradedHostPath: string;
  /** Where the script leaves what `btrfs filesystem usage` says at the end. */
  readonly usageHostPath: string;
  /** Where the script leaves the key of the member that stays, base64. */
  readonly keyHostPath: string;
  /** Where the script leaves the checksum of the file below. */
  readonly checksumHostPath: string;
  /** The file that is read back, from the root of the array. */
  readonly filePath: string;
  readonly sha256: string;
}

async function prepareJob(directory: string, seed: string): Promise<GuestfishJob> {
  const place = (name: string): string => path.join(directory, name);
  const disks = new Map(['diskone', 'disktwo', 'diskthree'].map((label) => [label, place(`${label}.raw`)]));
  for (const hostPath of disks.values()) {
    writeFileSync(hostPath, '');
    truncateSync(hostPath, defaultDiskSizeBytes);
  }
  const archives = { payloadHostPath: place('payload.tar'), degradedHostPath: place('degraded.tar') };
  const { payloadBytes } = replaceMissingDisk;
  const ctx = createContext();
  const { manifests } = await writePayloadImage(ctx, archives.payloadHostPath, seed, [{ tree: payloadTree, sizeBytes: payloadBytes }]);
  await writePayloadImage(ctx, archives.degradedHostPath, seed, [{ tree: degradedTree, sizeBytes: payloadBytes / 4 }]);
  const filePath = largestPlainFile(manifests.get(payloadTree));
  const content = spawnSync('tar', ['--extract', '--to-stdout', '--file', archives.payloadHostPath, filePath], { maxBuffer: payloadBytes });
  if (content.status !== 0) throw new Error(`tar could not read ${filePath} from the payload: ${content.stderr.toString()}`);
  return {
    disks,
    ...archives,
    usageHostPath: place('usage'),
    keyHostPath: place('key'),
    checksumHostPath: place('checksum'),
    filePath,
    sha256: createHash('sha256').update(content.stdout).digest('hex'),
  };
}

/** The largest file whose name needs no quoting in guestfish. */
function largestPlainFile(manifest: Manifest | undefined): string {
  const files = (manifest?.entries ?? []).flatMap((entry) => (entry.kind === 'file' && /^[\w./-]+$/u.test(entry.path) ? [entry] : []));
  const [largest] = files.toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  if (largest === undefined) throw new Error('the payload has no file with a plain name');
  return `${payloadTree}/${largest.path}`;
}

/** Gives the scripts that guestfish reads, one a launch, each made when the one before it is done; they end at the first command that fails. */
function guestfishScripts(job: GuestfishJob, loss: DiskLoss): readonly (() => string)[] {
  const [one, two, spare] = [...job.disks.keys()].map((label, index): ContainerPlan => {
    const device = `/dev/disk/guestfs/${label}`;
    return { ...planContainer(index + 1, randomUUID()), diskGuestDevice: device, guestDevice: device };
  });
  if (one === undefined || two === undefined || spare === undefined) throw new Error('the job needs three disks');
  const build = [...launch([...job.disks]), ...buildLines(job, one, two)];
  const repair = [...repairLines(job, two, spare), ''];
  if (loss === 'within') return [() => [...build, ...loseWithin(one), ...repair].join('\n')];
  const keep = [`debug sh "base64 -w0 ${two.keyGuestPath}" | cat > ${job.keyHostPath}`, ''];
  const reopen = (): readonly string[] => [
    `debug sh "mkdir -p /etc/luks && echo ${readFileSync(job.keyHostPath, 'utf8').trim()} | base64 -d > ${two.keyGuestPath}"`,
    shell(planOpenContainer(two)),
  ];
  return [() => [...build, ...keep].join('\n'), () => [...launch([...job.disks].slice(1)), ...reopen(), ...repair].join('\n')];
}

function launch(disks: readonly (readonly [string, string])[]): readonly string[] {
  return [
    ...disks.map(([label, hostPath]) => `add-drive ${hostPath} format:raw cachemode:unsafe label:${label}`),
    'run',
    // guestfish mounts below /sysroot; with this the commands are the drill's own.
    shell(command('ln', '-s', '/sysroot', defaultLayout.mountPoint)),
    endOf('launch'),
  ];
}

function buildLines(job: GuestfishJob, one: ContainerPlan, two: ContainerPlan): readonly string[] {
  return [
    shell(...[one, two].flatMap((member) => planCreateContainer(member, defaultLayout))),
    endOf('containers'),
    `mkfs-btrfs "${one.mappingGuestDevice} ${two.mappingGuestDevice}" datatype:${defaultLayout.profile} metadata:${metadataProfileOf(defaultLayout)} label:${defaultLayout.label}`,
    `mount ${one.mappingGuestDevice} /`,
    endOf('mkfs-and-mount'),
    `tar-in ${job.payloadHostPath} / xattrs:true`,
    'sync',
    endOf('payload'),
    'umount /',
  ];
}

/** The disk is taken from the kernel for good, so that nothing can find it again. */
function loseWithin(one: ContainerPlan): readonly string[] {
  const kernelName = `$(basename $(readlink ${one.guestDevice}))`;
  return [
    shell(command('cryptsetup', 'close', one.mappingName), command('btrfs', 'device', 'scan', '--forget')),
    `debug sh "echo 1 > /sys/block/${kernelName}/device/delete"`,
  ];
}

function repairLines(job: GuestfishJob, two: ContainerPlan, spare: ContainerPlan): readonly string[] {
  return [
    `mount-options degraded ${two.mappingGuestDevice} /`,
    `debug sh "${formatCommand(lookAt(defaultLayout).filesystemShow)} | grep -qi missing"`,
    endOf('lose-disk-and-mount-degraded'),
    `tar-in ${job.degradedHostPath} / xattrs:true`,
    'sync',
    endOf('degraded-payload'),
    shell(...planCreateContainer(spare, defaultLayout)),
    endOf('spare-container'),
    shell(planReplace(defaultLayout, 1, spare.mappingGuestDevice)),
    endOf('replace'),
    shell(planSoftBalance({ layout: defaultLayout, mountPoint: defaultLayout.mountPoint })),
    endOf('soft-balance'),
    shell(planScrub(defaultLayout)),
    endOf('scrub'),
    `checksum sha256 /${job.filePath} | cat > ${job.checksumHostPath}`,
    endOf('checksum'),
    `${shell(lookAt(defaultLayout).filesystemUsage)} | cat > ${job.usageHostPath}`,
    endOf('usage'),
  ];
}

/** The line that runs commands in the appliance, one after the other, and fails with the first that fails. */
function shell(...commands: readonly Command[]): string {
  return `debug sh "${commands.map(formatCommand).join(' && ')}"`;
}

/** The line that prints when a part ended, milliseconds since 1970. The host's own clock; costs some milliseconds. */
function endOf(part: string): string {
  return `!date '+part ${part} %s%3N'`;
}

/** Names the command that guestfish's message means: it gives the line only. */
function failedLine(script: string, stderr: string): string {
  const line = /^\*stdin\*:(\d+):/mu.exec(stderr)?.[1];
  return line === undefined ? 'at no line of its script' : `at \`${script.split('\n')[Number(line) - 1] ?? ''}\``;
}

function partsOf(stdout: string, startedAtMs: number, endedAtMs: number): ReadonlyMap<string, number> {
  const ends = [...stdout.matchAll(/^part (\S+) (\d+)$/gmu)].map((match): [string, number] => [match[1] ?? '', Number(match[2])]);
  const parts = new Map<string, number>();
  let previousMs = startedAtMs;
  for (const [part, endMs] of [...ends, ['exit', endedAtMs] as const]) {
    parts.set(part, (parts.get(part) ?? 0) + endMs - previousMs);
    previousMs = endMs;
  }
  return parts;
}

function checkResult(job: GuestfishJob): void {
  const text = readFileSync(job.usageHostPath, 'utf8');
  const usage = parseFilesystemUsage(text);
  if (!hasOnlyProfile(usage, defaultLayout) || usageHasMissing(usage)) {
    throw new Error(`guestfish left an array that is not redundant:\n${text}`);
  }
  const checksum = readFileSync(job.checksumHostPath, 'utf8').trim();
  if (checksum !== job.sha256) throw new Error(`${job.filePath} reads as ${checksum}, written was ${job.sha256}`);
}

if (import.meta.main) {
  const reason = whyNoGuestfish('tcg');
  if (reason !== undefined) throw new Error(reason);
  for (let run = 1; run <= Number(process.argv[2] ?? 1); run++) {
    const { wallMs, partsMs } = await runGuestfish('bench', 'tcg', process.argv[3] === 'within' ? 'within' : 'restart');
    const parts = [...partsMs].map(([part, ms]) => `${part} ${(ms / 1000).toFixed(1)}`).join(', ');
    console.log(`run ${run}: ${(wallMs / 1000).toFixed(1)} s (${parts})`);
  }
}
