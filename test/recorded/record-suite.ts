/**
 * Records a suite of outputs: `node test/recorded/record-suite.ts TOOLS [KERNEL]`, both Debian suites; KERNEL is trixie unless given.
 *
 * Starts a machine with that userland and five blank disks, runs record-in-guest.sh in it, starts it again after the crash that the script
 * ends with, runs the rest, and writes test/recorded/TOOLS. Takes 10 to 20 minutes under TCG.
 */
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureKernel } from '../../src/machine/image/kernel/ensure-kernel.ts';
import { ensureTools } from '../../src/machine/image/tools/ensure-tools.ts';
import { runHostCommand } from '../../src/machine/process/host-process.ts';
import type { Machine, MachineSpec } from '../../src/machine/machine.ts';
import { startMachine } from '../../src/machine/start/start-machine.ts';
import { createContext } from '../../src/machine/context.ts';
import { openMachineFiles, openUsersStore } from '../rig/live-machine.ts';

const [toolsSuite, kernelSuite = 'trixie'] = process.argv.slice(2);
if (toolsSuite === undefined) throw new Error('Usage: node record-suite.ts TOOLS [KERNEL]');

const guestFolder = '/root/recorded';
const guestScript = '/root/record-in-guest.sh';
const diskBytes = 1024 ** 3;
const partTimeoutMs = 3_600_000;

const ctx = createContext({
  signal: AbortSignal.timeout(2 * partTimeoutMs),
  emit: (event) => {
    if (event.type === 'image-ready' || event.type === 'machine-started') console.error(JSON.stringify(event));
  },
});

await using store = await openUsersStore(ctx);
const kernel = await ensureKernel(ctx, store, { suite: kernelSuite });
const tools = await ensureTools(ctx, store, { suite: toolsSuite });
await using files = await openMachineFiles(ctx);
const disks = ['DISK1', 'DISK2', 'DISK3', 'DISK4', 'DISK5'].map((serial) => files.disk(serial));
for (const { hostPath } of disks) {
  await writeFile(hostPath, '');
  await truncate(hostPath, diskBytes);
}
const spec: MachineSpec = { ...files.spec, kernel, rootHostPath: tools.rootHostPath, disks };
await recordUntilCrash(spec);
await recordTheRest(spec);

async function recordUntilCrash(machineSpec: MachineSpec): Promise<void> {
  await using machine = await startMachine(ctx, machineSpec);
  const script = await readFile(path.join(import.meta.dirname, 'record-in-guest.sh'), 'utf8');
  await machine.guest.writeFile(ctx, guestScript, script, 0o755);
  // Its last act resets the machine, so the command has no end.
  const run = await machine.guest.run(ctx, ['sh', guestScript, guestFolder], { timeoutMs: partTimeoutMs }).catch((error: unknown) => {
    console.error(`The machine is gone, as it should be: ${String(error)}`);
    return undefined;
  });
  if (run !== undefined) throw new Error(`The script ended before its crash:\n${run.stdout}${run.stderr}`);
}

async function recordTheRest(machineSpec: MachineSpec): Promise<void> {
  await using machine = await startMachine(ctx, machineSpec);
  const run = await machine.guest.run(ctx, ['sh', guestScript, guestFolder, 'resumed'], { timeoutMs: partTimeoutMs });
  console.error(run.stdout + run.stderr);
  await fetchFolder(machine);
}

async function fetchFolder(machine: Machine): Promise<void> {
  const archive = await machine.guest.run(ctx, ['sh', '-c', `tar -C ${guestFolder} -cz . | base64`], { quiet: true });
  const workHostPath = path.join(path.dirname(files.spec.systemHostPath), 'recorded');
  const suiteHostPath = path.join(import.meta.dirname, toolsSuite ?? '');
  await runHostCommand(ctx, ['mkdir', '-p', workHostPath], { purpose: 'make room for the recordings' });
  const input = Buffer.from(archive.stdout, 'base64');
  await runHostCommand(ctx, ['tar', '-C', workHostPath, '-xz'], { purpose: 'unpack the recordings', input });
  await rm(suiteHostPath, { recursive: true, force: true });
  const index = path.join(import.meta.dirname, 'index-recordings.mjs');
  await runHostCommand(ctx, [process.execPath, index, workHostPath, suiteHostPath], { purpose: 'make a suite of the recordings' });
}
