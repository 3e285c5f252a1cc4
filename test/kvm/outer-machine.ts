/**
 * A machine that has KVM, on a host that has none: QEMU's software emulation offers AMD's SVM, and a guest of it that loads
 * kvm-amd has a /dev/kvm of its own. It is a machine of raidlab's own, kernel, agent, template and all; its tools image has the
 * programs that raidlab wants of a host, too. It has no network: disks bring in what it needs, and take out what it leaves.
 *
 *     CHECKOUT  erofs  /checkout   this working tree, with its node_modules
 *     HOME      ext4   /home       all that its user writes; the kernel and the tools of the cache are in the user's cache
 *     RESULTS   tar    what is brought out
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HostRequirements } from '../../src/core/host/requirements.ts';
import { timeoutFactorVariable } from '../../src/core/text/time-limit.ts';
import type { OpenStore } from '../../src/machine/cache/open-store.ts';
import { openScratch } from '../../src/machine/cache/scratch.ts';
import type { Scratch } from '../../src/machine/cache/scratch.ts';
import type { Context } from '../../src/machine/context.ts';
import { createDiskImage, createOverlay } from '../../src/machine/files/disk-image.ts';
import type { CommandResult } from '../../src/machine/guest.ts';
import { runHostCommand } from '../../src/machine/process/host-process.ts';
import { ensureKernel } from '../../src/machine/image/kernel/ensure-kernel.ts';
import { ensureTools } from '../../src/machine/image/tools/ensure-tools.ts';
import { defaultSuite } from '../../src/machine/image/packages/suite.ts';
import type { DiskSpec, Machine } from '../../src/machine/machine.ts';
import { findQemu } from '../../src/machine/qemu/qemu-program.ts';
import { createForkOrBoot } from '../../src/machine/template/fork-or-boot.ts';
import { openUsersStore } from '../rig/live-machine.ts';

const checkoutHostPath = fileURLToPath(new URL('../../', import.meta.url));

/** Two inner machines of 1 GiB at once, Node, and what Linux keeps of their disks. */
const memoryMiB = 5 * 1024;
const homeBytes = 24 * 1024 ** 3;
const resultsBytes = 1024 ** 3;
const bootTimeoutMs = 300_000;
// An agent that shares an emulated processor with emulated machines.
const agentTimeoutMs = 180_000;

/** Its user. */
const user = 'raidlab';
const uid = '1000';

/** History, results, and what tools keep for themselves. */
const notTakenIn = '^(?:\\.git|raidlab-results|dist|node_modules/\\.cache|node_modules/\\.raidlab-host)(?:/|$)';

/** A lab's disks and memory are gigabytes. */
const notBroughtOut = ['*.raw', '*.qcow2', 'memory', 'state'].map((name) => `--exclude=${name}`);

/** A machine with /dev/kvm and an ordinary user in it, who has raidlab's checkout and images. Gone when disposed. */
export interface OuterMachine extends AsyncDisposable {
  readonly machine: Machine;
  /** Types `raidlab WORDS…` as the user, in a directory of that name in the home, and waits for its end. */
  type(directory: string, words: readonly string[], asked?: TypeOptions): Promise<CommandResult>;
  /** Runs a program of the checkout likewise. */
  runProgram(directory: string, program: string): Promise<CommandResult>;
  /** Runs a command as root. */
  run(argv: readonly string[]): Promise<CommandResult>;
  /** Unpacks a directory of the home into one of the host, which is made; disks and memories of machines stay behind. */
  bringOut(directory: string, hostPath: string): Promise<void>;
}

/** Who types. */
export interface TypeOptions {
  /** As a member of the group kvm; true unless given. */
  readonly mayOpenKvm?: boolean;
}

/** Starts the machine, and makes the images that it wants where they are missing. `evidenceHostPath` exists. */
export async function openOuterMachine(ctx: Context, evidenceHostPath: string): Promise<OuterMachine> {
  const store = await openUsersStore(ctx);
  const scratch = await openScratch(ctx, store, 'kvm');
  const letGo = async (): Promise<void> => {
    await scratch[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  };
  try {
    const { machine, disks } = await start(ctx, store, scratch, evidenceHostPath);
    try {
      await setUp(ctx, machine);
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      throw error;
    }
    const dispose = async (): Promise<void> => {
      await machine[Symbol.asyncDispose]();
      await letGo();
    };
    return {
      machine,
      type: (directory, words, asked) => asUser(ctx, machine, directory, ['src/cli/main.ts', ...words], asked),
      runProgram: (directory, program) => asUser(ctx, machine, directory, [program]),
      run: (argv) => runInside(ctx, machine, argv),
      bringOut: async (directory, hostPath) => {
        const pack = ['tar', '--create', '--sparse', ...notBroughtOut, '--file', guestDevice('RESULTS')];
        await runInside(ctx, machine, [...pack, '--directory', homeGuestPath, directory]);
        await runInside(ctx, machine, ['sync']);
        await mkdir(hostPath, { recursive: true });
        const argv = ['tar', '--extract', '--no-same-owner', '--file', disks.results.hostPath, '--directory', hostPath];
        await runHostCommand(ctx, argv, { purpose: 'bring results out', writesHostPath: hostPath });
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await letGo();
    throw error;
  }
}

interface OuterDisks {
  readonly checkout: DiskSpec;
  readonly home: DiskSpec;
  readonly results: DiskSpec;
}

async function start(
  ctx: Context,
  store: OpenStore,
  scratch: Scratch,
  evidenceHostPath: string,
): Promise<{ readonly machine: Machine; readonly disks: OuterDisks }> {
  const kernel = await ensureKernel(ctx, store, { suite: defaultSuite });
  await ensureTools(ctx, store, { suite: defaultSuite });
  // So far it is what the raidlab in it will look for.
  const disks = await makeDisks(ctx, store, scratch, store.heldNames());
  const tools = await ensureTools(ctx, store, { suite: defaultSuite, packages: await hostPackages() });
  const systemHostPath = join(scratch.hostPath, 'system.qcow2');
  await createOverlay(ctx, { hostPath: systemHostPath, backingHostPath: tools.systemHostPath, backingFormat: 'raw' });
  const scratchHostPath = join(scratch.socketHostPath, 'outer');
  await mkdir(scratchHostPath, { mode: 0o700 });
  const parts = { qemu: await findQemu(ctx), accelerator: 'tcg', kernel, tools, memoryMiB, bootTimeoutMs } as const;
  const startMachine = createForkOrBoot({ store, use: { mode: 'fork', renewed: new Set() }, parts });
  const machine = await startMachine(ctx, {
    ...parts,
    name: 'outer',
    rootHostPath: tools.rootHostPath,
    systemHostPath,
    disks: Object.values(disks),
    evidenceHostPath,
    scratchHostPath,
    agentTimeoutMs,
  });
  return { machine, disks };
}

/** The packages with what raidlab wants of a host. */
async function hostPackages(): Promise<readonly string[]> {
  const requirements = JSON.parse(await readFile(join(checkoutHostPath, 'setup/requirements.json'), 'utf8')) as HostRequirements;
  return [...new Set([...requirements.programs, ...requirements.files].map((wanted) => wanted.package))].sort();
}

async function makeDisks(ctx: Context, store: OpenStore, scratch: Scratch, imageNames: readonly string[]): Promise<OuterDisks> {
  const diskOf = (serial: string): DiskSpec => ({ serial, hostPath: join(scratch.hostPath, serial), format: 'raw' });
  const disks: OuterDisks = {
    checkout: { ...diskOf('CHECKOUT'), readOnly: true },
    home: diskOf('HOME'),
    results: diskOf('RESULTS'),
  };
  // It becomes the checkout of the user in it: whoever installed it here may have let nobody else read it.
  const owner = [`--force-uid=${uid}`, `--force-gid=${uid}`];
  const pack = ['mkfs.erofs', '--quiet', '-x-1', ...owner, `--exclude-regex=${notTakenIn}`, disks.checkout.hostPath, checkoutHostPath];
  await runHostCommand(ctx, pack, { purpose: 'take the checkout in', writesHostPath: disks.checkout.hostPath });
  await makeHome(ctx, store, join(scratch.hostPath, 'home'), disks.home.hostPath, imageNames);
  await createDiskImage(ctx, disks.results.hostPath, resultsBytes);
  return disks;
}

/** Makes the filesystem here: a copy in the machine takes twenty times as long. What is in it belongs to whoever runs this. */
async function makeHome(
  ctx: Context,
  store: OpenStore,
  stagingHostPath: string,
  hostPath: string,
  imageNames: readonly string[],
): Promise<void> {
  const cacheHostPath = join(stagingHostPath, user, '.cache/raidlab');
  await mkdir(cacheHostPath, { recursive: true });
  const images = imageNames.map((name) => join(store.rootHostPath, name));
  const link = ['cp', '--recursive', '--link', '--', ...images, cacheHostPath];
  await runHostCommand(ctx, link, { purpose: 'take the images in', writesHostPath: cacheHostPath });
  await createDiskImage(ctx, hostPath, homeBytes);
  const format = ['mke2fs', '-q', '-F', '-t', 'ext4', '-E', 'lazy_itable_init=1,nodiscard', '-d', stagingHostPath, hostPath];
  await runHostCommand(ctx, format, { purpose: 'make the home of its user', writesHostPath: hostPath });
}

function guestDevice(serial: string): string {
  return `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${serial}`;
}

const homeGuestPath = `/home/${user}`;
const runtimeGuestPath = `/run/user/${uid}`;

async function setUp(ctx: Context, machine: Machine): Promise<void> {
  const commands = [
    ['modprobe', 'kvm-amd'],
    ['udevadm', 'settle'],
    ['mkdir', '/checkout', runtimeGuestPath, '--parents'],
    ['mount', '-t', 'erofs', '-o', 'ro', guestDevice('CHECKOUT'), '/checkout'],
    ['mount', guestDevice('HOME'), '/home'],
    // It writes /etc/subuid and /etc/subgid, too.
    ['useradd', '--no-create-home', '--uid', uid, '--shell', '/bin/bash', user],
    ['chown', '--recursive', `${uid}:${uid}`, homeGuestPath, runtimeGuestPath],
    ['chmod', '0700', homeGuestPath, runtimeGuestPath],
  ];
  for (const argv of commands) await runInside(ctx, machine, argv);
}

async function runInside(ctx: Context, machine: Machine, argv: readonly string[]): Promise<CommandResult> {
  const result = await machine.guest.run(ctx, argv, { timeoutMs: 600_000 });
  if (result.exitCode !== 0) throw new Error(`in the outer machine, ${argv.join(' ')}: exit ${result.exitCode}\n${result.stderr}`);
  return result;
}

const typedTimeoutMs = 45 * 60_000;

/** Runs a program of the checkout, with its arguments, in a directory of the user's home. */
async function asUser(
  ctx: Context,
  machine: Machine,
  directory: string,
  [program = '', ...words]: readonly string[],
  { mayOpenKvm = true }: TypeOptions = {},
): Promise<CommandResult> {
  const place = `${homeGuestPath}/${directory}`;
  await runInside(ctx, machine, ['install', '--directory', `--owner=${uid}`, `--group=${uid}`, '--mode=0700', place]);
  const environment = {
    HOME: homeGuestPath,
    USER: user,
    LOGNAME: user,
    // As a login on Debian has it, and what ./raidlab adds.
    PATH: '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
    XDG_RUNTIME_DIR: runtimeGuestPath,
    LC_ALL: 'C.UTF-8',
    NODE_COMPILE_CACHE: `${homeGuestPath}/.cache/node`,
    // A processor that is emulated by one that is emulated: the speed of it is not what is tried.
    [timeoutFactorVariable]: '30',
  };
  const groups = mayOpenKvm ? [`--groups=${uid},kvm`] : ['--clear-groups'];
  const become = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, ...groups, 'env', '--ignore-environment', `--chdir=${place}`];
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const node = ['/checkout/node_modules/.bin/node', '--disable-warning=ExperimentalWarning', `/checkout/${program}`];
  return machine.guest.run(ctx, [...become, ...variables, ...node, ...words], { timeoutMs: typedTimeoutMs });
}
