/**
 * A machine from its specification to its end.
 *
 *     boot    launch (paused) ──► cont ──► the agent in the guest begins ──┐
 *                                                                          ├─► wake ──► ready ──► shutdown | crash | save | dispose | it died
 *     fork    launch (paused) ──► load the saved state ──► cont ──► wake ──► new disks
 */
import { performance } from 'node:perf_hooks';
import type { EventBody } from '../../core/event.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { StandingFault } from '../../core/fault/fault.ts';
import type { Failure } from '../../core/failure/failure.ts';
import type { TimeLimit } from '../../core/text/time-limit.ts';
import { connectAgent } from '../agent/agent-client.ts';
import type { AgentClient, RootState } from '../agent/agent-client.ts';
import { createAgentGuest } from '../agent/agent-guest.ts';
import { keepArrayDisks } from './array-disks.ts';
import type { ArrayDisks } from './array-disks.ts';
import { createJournal } from '../console/journal.ts';
import type { Journal } from '../console/journal.ts';
import { whenAborted, withDeadline } from '../context.ts';
import type { Context } from '../context.ts';
import { keepFaultChains } from '../faults/fault-chains.ts';
import { keepMachineFaults } from '../faults/machine-faults.ts';
import type { MachineFaults } from '../faults/machine-faults.ts';
import { learnHostSpeed } from '../accelerator/host-speed.ts';
import { connectLineSocket } from '../socket/line-socket.ts';
import { errorOfEnd } from '../machine-life.ts';
import type { DiskSpec, Machine, MachineMemory, MachineSpec } from '../machine.ts';
import { launchQemu } from '../qemu/launch-qemu.ts';
import type { RunningQemu } from '../qemu/launch-qemu.ts';
import { planQemuCommand } from '../qemu/qemu-command.ts';
import type { MachineBeginning } from '../qemu/qemu-command.ts';
import { isHostDiskFull } from '../qmp/host-disk-full.ts';
import { requireTrusted } from '../qemu/qemu-program.ts';
import { loadState, saveState, snapshotState } from './saved-machine.ts';
import type { SavedState } from './saved-machine.ts';
import { stretchGuestLimits } from './stretch-guest-limits.ts';
import { waitForDiskNames } from './wait-for-disk-names.ts';

const connectTimeoutMs = 10_000;
const journalLineBytes = 64 * 1024;
// An orderly shutdown unmounts the array first, which may have much to write.
const shutdownTimeoutMs = 120_000;

/** What a machine is started with besides its specification. */
export interface StartOptions {
  readonly memory?: MachineMemory;
  /** `bare`: the root stays the read-only image, for a template whose forks each have their own system disk over it. */
  readonly root?: RootState;
}

/**
 * Boots a machine and waits until storage commands can be typed. If it fails, nothing is left. Rejects with `host/qemu-too-old`,
 * `machine/qemu-refused-to-start`, `machine/boot-failed` when the guest gives up, `machine/boot-timed-out`, `machine/qemu-ended`, and
 * {@link KernelCrash} when its kernel crashes.
 */
export async function startMachine(ctx: Context, spec: MachineSpec, options: StartOptions = {}): Promise<Machine> {
  const { memory = { kind: 'own' }, root = 'joined' } = options;
  const { machine, durationMs } = await bringUp(ctx, spec, { memory, from: 'kernel' }, async (qemu, { agent, faults }) => {
    await faults.restore(ctx, spec.faults ?? []);
    await qemu.qmp.execute(ctx, 'cont');
    await agent.ready(ctx, spec.bootTimeoutMs);
    if (root === 'joined') await agent.wake(ctx, 'bare', spec.bootTimeoutMs);
  });
  ctx.emit({ type: 'machine-booted', machine: spec.name, from: 'kernel', durationMs, kernel: spec.kernel.version });
  learnHostSpeed(ctx, 'boot', durationMs);
  if (root === 'joined') await stretchGuestLimits(ctx, machine.guest);
  return machine;
}

/** What a machine is forked with besides its specification and the saved machine. */
export interface ForkOptions {
  /** A copy of the saved memory that the fork may change, so that it can be saved itself; by default it has a private view. */
  readonly memoryHostPath?: string;
  /** `bare`: as in {@link StartOptions}; only for a saved machine with a bare root. */
  readonly root?: RootState;
}

/**
 * Forks a machine from a saved one and waits until storage commands can be typed. It starts with the saved machine's disks, now those of
 * `spec` with the same serials, and gets the others inserted. Rejects as {@link startMachine} does, and with `machine/state-not-moved`.
 */
export async function forkMachine(ctx: Context, spec: MachineSpec, saved: SavedState, options: ForkOptions = {}): Promise<Machine> {
  const { memoryHostPath, root = 'joined' } = options;
  const memory = planForkMemory(saved, memoryHostPath);
  const { present, plugged } = divideDisks(spec, saved);
  const forked: MachineSpec = { ...spec, disks: present };
  const { machine, durationMs } = await bringUp(ctx, forked, { memory, from: 'saved-state' }, async (qemu, { agent, disks, faults }) => {
    await loadState(ctx, spec.name, qemu.qmp, saved.stateHostPath);
    const isPlugged = ({ disk }: StandingFault): boolean => plugged.some(({ serial }) => serial === disk);
    const standing = spec.faults ?? [];
    await faults.restore(
      ctx,
      standing.filter((fault) => !isPlugged(fault)),
    );
    await qemu.qmp.execute(ctx, 'cont');
    if (root === 'joined') await agent.wake(ctx, saved.root, spec.bootTimeoutMs);
    // Not before: what udev begins for a new disk while the root changes below it is lost, and the disk has no name.
    if (plugged.length > 0) {
      await qemu.qmp.execute(ctx, 'stop');
      for (const disk of plugged) await disks.insert(ctx, disk);
      await faults.restore(ctx, standing.filter(isPlugged));
      await qemu.qmp.execute(ctx, 'cont');
    }
    // An inserted disk has no name in the guest until udev has probed it.
    const guest = createAgentGuest(qemu.life, agent);
    await waitForDiskNames(ctx, guest, plugged);
  });
  ctx.emit({ type: 'machine-booted', machine: spec.name, from: 'template', durationMs, kernel: spec.kernel.version });
  learnHostSpeed(ctx, 'fork', durationMs);
  if (root === 'joined') await stretchGuestLimits(ctx, machine.guest);
  return machine;
}

function planForkMemory({ memoryHostPath: savedHostPath }: SavedState, ownHostPath: string | undefined): MachineMemory {
  if (ownHostPath !== undefined) return { kind: 'shared-file', hostPath: ownHostPath };
  return savedHostPath === undefined ? { kind: 'own' } : { kind: 'private-file', hostPath: savedHostPath };
}

/** The saved machine's disks, in their bays, and the additional ones. */
function divideDisks(
  spec: MachineSpec,
  saved: SavedState,
): { readonly present: readonly DiskSpec[]; readonly plugged: readonly DiskSpec[] } {
  const present = saved.serials.map((serial) => {
    const disk = spec.disks.find((candidate) => candidate.serial === serial);
    if (disk !== undefined) return disk;
    throw new RaidlabError({ area: 'host', reason: 'internal', message: `a fork lacks the disk ${serial} that its template had` });
  });
  return { present, plugged: spec.disks.filter((disk) => !saved.serials.includes(disk.serial)) };
}

/** Turns a paused QEMU into a usable machine. */
export type Rise = (qemu: RunningQemu, parts: Parts) => Promise<void>;

/** Launches a machine's QEMU and brings it up, within the time that its boot may take. If it fails, nothing is left. */
export async function bringUp(
  ctx: Context,
  spec: MachineSpec,
  beginning: MachineBeginning,
  rise: Rise,
  onConsoleBytes?: (bytes: Uint8Array) => void,
): Promise<{ readonly machine: Machine; readonly durationMs: number }> {
  requireTrusted(spec.qemu, spec.accelerator);
  const argv = planQemuCommand(spec, beginning);
  const { name: machine, scratchHostPath, evidenceHostPath, bootTimeoutMs: timeoutMs } = spec;
  const startedMs = performance.now();
  const qemu = await launchQemu(ctx, { machine, argv, scratchHostPath, evidenceHostPath, ...(onConsoleBytes && { onConsoleBytes }) });
  try {
    emitStarted(ctx, spec, qemu);
    const parts = await connectGuest(ctx, qemu, spec);
    const failure = (limit: TimeLimit): Failure => {
      const lastConsoleLine = qemu.console.lastLine();
      return { area: 'machine', reason: 'boot-timed-out', machine, limit, lastConsoleLine };
    };
    await qemu.life.guard(ctx, { waitingFor: 'the guest to be ready', limit: { timeoutMs, failure } }, rise(qemu, parts));
    return { machine: machineOf(ctx, qemu, parts, spec), durationMs: performance.now() - startedMs };
  } catch (error) {
    await qemu[Symbol.asyncDispose]();
    ctx.emit({ type: 'machine-stopped', machine, how: 'died', detail: 'it did not come up' });
    throw error;
  }
}

/** The ways to a machine that comes up. */
export interface Parts {
  readonly agent: AgentClient;
  readonly journal: Journal;
  readonly disks: ArrayDisks;
  readonly faults: MachineFaults;
}

function emitStarted(ctx: Context, spec: MachineSpec, qemu: RunningQemu): void {
  const { pid, argv } = qemu.process;
  const { name: machine, accelerator } = spec;
  ctx.emit({ type: 'machine-started', machine, pid, accelerator, qemuVersion: spec.qemu.version, argv });
}

async function connectGuest(ctx: Context, qemu: RunningQemu, spec: MachineSpec): Promise<Parts> {
  const { life, sockets, qmp } = qemu;
  const timeout = spec.agentTimeoutMs === undefined ? {} : { timeoutMs: spec.agentTimeoutMs };
  const agent = await connectAgent(ctx, life, { socketHostPath: sockets.agentHostPath, ...timeout });
  qemu.adopt(agent);
  const journal = createJournal();
  const journalListener = { onLine: journal.takeLine, maxLineBytes: journalLineBytes };
  qemu.adopt(await connectLineSocket(ctx, life, sockets.journalHostPath, connectTimeoutMs, journalListener));
  const chains = keepFaultChains(qmp, spec.scratchHostPath);
  const disks = keepArrayDisks(qmp, spec.disks, chains);
  const faults = keepMachineFaults({ qmp, disks, chains, scratchHostPath: spec.scratchHostPath });
  watchHostDisk(qemu, disks, spec);
  return { agent, journal, disks, faults };
}

/** When the host's disk is full, the guest sees an ordinary disk fault; to us it is not a finding. */
function watchHostDisk(qemu: RunningQemu, disks: ArrayDisks, spec: MachineSpec): void {
  const { life, qmp } = qemu;
  qmp.onEvent((event) => {
    if (event.name !== 'BLOCK_IO_ERROR' || !isHostDiskFull(event.data)) return;
    const hostPath = disks.hostPathOfNode(event.data['node-name'] ?? '') ?? spec.systemHostPath;
    const failure = { area: 'host', reason: 'disk-full', hostPath, doing: `machine ${life.machine} was running` } as const;
    life.declareEnd({ state: 'failed', error: new RaidlabError(failure) });
  });
}

type MachineStop = Extract<EventBody, { readonly type: 'machine-stopped' }>['how'];

function machineOf(ctx: Context, qemu: RunningQemu, parts: Parts, spec: MachineSpec): Machine {
  const { life, process } = qemu;
  const { agent, journal, disks, faults } = parts;
  let intent: MachineStop = 'died';
  const stopped = process.ended.then(async () => {
    const end = await life.ended;
    const detail = end.state === 'ended' ? end.how : errorOfEnd(life.machine, end, 'its end').message;
    ctx.emit({ type: 'machine-stopped', machine: spec.name, how: intent, detail });
  });
  return {
    name: spec.name,
    pid: process.pid,
    guest: createAgentGuest(life, agent),
    consoleLines: () => qemu.console.lines(),
    troubles: () => qemu.console.troubles(),
    unkept: () => qemu.console.unkept(),
    sitAtConsole: () => qemu.sitAtConsole(),
    onJournalLine: journal.onLine,
    disks: disks.list,
    bays: disks.bays,
    pullDisk: disks.pull,
    insertDisk: disks.insert,
    faults: faults.list,
    injectFault: faults.inject,
    clearFault: faults.clear,
    shutdown: async (givenCtx) => {
      intent = 'shutdown';
      await shutDown(givenCtx, qemu, agent);
      await stopped;
    },
    snapshot: (givenCtx, stateHostPath, work) => snapshotState(givenCtx, life.machine, qemu.qmp, stateHostPath, work),
    save: async (givenCtx, stateHostPath) => {
      intent = 'save';
      await saveState(givenCtx, life.machine, qemu.qmp, stateHostPath);
      await qemu.stop('saved');
      await stopped;
    },
    crash: async () => {
      intent = 'crash';
      await qemu.stop('power cut by raidlab');
      await stopped;
    },
    [Symbol.asyncDispose]: async () => {
      intent = 'dispose';
      await qemu[Symbol.asyncDispose]();
      await stopped;
    },
  };
}

async function shutDown(ctx: Context, qemu: RunningQemu, agent: AgentClient): Promise<void> {
  const { life, process } = qemu;
  const waitingFor = `machine ${life.machine} to shut down`;
  using limited = withDeadline(ctx, waitingFor, shutdownTimeoutMs, () => qemu.console.lastLine());
  using aborted = whenAborted(limited.signal);
  const argv = ['shutdown', '-P', 'now'];
  const refused = Promise.withResolvers<never>();
  const askFor = async (): Promise<void> => {
    const { ended } = await agent.start(limited, argv, new Uint8Array());
    const { exitCode, stderr } = await ended;
    const failure = { area: 'guest', reason: 'command-failed', machine: life.machine, argv, exitCode, said: stderr.toString() } as const;
    if (exitCode !== 0) refused.reject(new RaidlabError(failure));
  };
  // A silent agent may have ended already, and the deadline detects a machine that does not go off.
  askFor().catch(() => undefined);
  // Not guarded by the machine's life: its end is what is waited for.
  const end = await Promise.race([life.ended, refused.promise, aborted.promise]);
  if (end.state !== 'ended' || process.end()?.exitCode !== 0) throw errorOfEnd(life.machine, end, waitingFor);
}
