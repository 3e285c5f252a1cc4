/**
 * A machine from its specification to its end.
 *
 *     launch (paused) ──► cont ──► guest opens the agent's port ──► sync, ping ──► booted ──► shutdown | crash | dispose | it died
 */
import { performance } from 'node:perf_hooks';
import { RaidlabError } from '../core/failure.ts';
import type { Failure } from '../core/failure.ts';
import { connectAgent } from './agent/agent-client.ts';
import type { AgentClient } from './agent/agent-client.ts';
import { createAgentGuest } from './agent/agent-guest.ts';
import { keepArrayDisks } from './array-disks.ts';
import type { ArrayDisks } from './array-disks.ts';
import { createJournal } from './console/journal.ts';
import type { Journal } from './console/journal.ts';
import { whenAborted, withDeadline } from './context.ts';
import type { Context } from './context.ts';
import { connectLineSocket } from './line-socket.ts';
import { errorOfEnd } from './machine-life.ts';
import type { Machine, MachineSpec } from './machine.ts';
import { launchQemu } from './qemu/launch-qemu.ts';
import type { RunningQemu } from './qemu/launch-qemu.ts';
import { planQemuCommand, portIds } from './qemu/qemu-command.ts';
import { isHostDiskFull } from './qmp/host-disk-full.ts';
import { findQemu, requireTrusted } from './qemu/qemu-program.ts';
import type { QemuProgram } from './qemu/qemu-program.ts';

const connectTimeoutMs = 10_000;
const journalLineBytes = 64 * 1024;
// An orderly shutdown unmounts the array first, which may have much to write.
const shutdownTimeoutMs = 120_000;

/**
 * Starts a machine and waits until its guest agent answers. When it cannot, nothing is left of it.
 *
 * Rejects with `host/program-missing` or `host/qemu-too-old`, `machine/qemu-refused-to-start`, `machine/boot-failed` when
 * the guest gives up, `machine/boot-timed-out`, `machine/qemu-ended`, and {@link KernelCrash} when its kernel crashes.
 */
export async function startMachine(ctx: Context, spec: MachineSpec): Promise<Machine> {
  const qemuProgram = await findQemu(ctx);
  requireTrusted(qemuProgram, spec.accelerator);
  const argv = planQemuCommand(spec, qemuProgram);
  const { name: machine, scratchHostPath, evidenceHostPath } = spec;
  const startedMs = performance.now();
  const qemu = await launchQemu(ctx, { machine, argv, scratchHostPath, evidenceHostPath });
  try {
    emitStarted(ctx, spec, qemu, qemuProgram);
    const parts = await connectGuest(ctx, qemu, spec);
    await boot(ctx, qemu, parts.agent, spec);
    ctx.emit({ type: 'machine-booted', machine, durationMs: performance.now() - startedMs, kernel: spec.kernel.version });
    return machineOf(ctx, qemu, parts, spec);
  } catch (error) {
    await qemu[Symbol.asyncDispose]();
    ctx.emit({ type: 'machine-stopped', machine, how: 'died', detail: 'it did not boot' });
    throw error;
  }
}

interface Parts {
  readonly agent: AgentClient;
  readonly journal: Journal;
  readonly disks: ArrayDisks;
}

function emitStarted(ctx: Context, spec: MachineSpec, qemu: RunningQemu, { version: qemuVersion }: QemuProgram): void {
  const { pid, argv } = qemu.process;
  ctx.emit({ type: 'machine-started', machine: spec.name, pid, accelerator: spec.accelerator, qemuVersion, argv });
}

async function connectGuest(ctx: Context, qemu: RunningQemu, spec: MachineSpec): Promise<Parts> {
  const { life, sockets, qmp } = qemu;
  const timeout = spec.agentTimeoutMs === undefined ? {} : { timeoutMs: spec.agentTimeoutMs };
  const agent = await connectAgent(ctx, life, { socketHostPath: sockets.agentHostPath, ...timeout });
  qemu.adopt(agent);
  const journal = createJournal();
  const journalListener = { onLine: journal.takeLine, maxLineBytes: journalLineBytes };
  qemu.adopt(await connectLineSocket(ctx, life, sockets.journalHostPath, connectTimeoutMs, journalListener));
  const disks = keepArrayDisks(qmp, spec.disks);
  watchHostDisk(qemu, disks, spec);
  return { agent, journal, disks };
}

/** When the host's disk is full, the guest sees a disk fault like any other; to us it is no finding about storage. */
function watchHostDisk(qemu: RunningQemu, disks: ArrayDisks, spec: MachineSpec): void {
  const { life, qmp } = qemu;
  qmp.onEvent((event) => {
    if (event.name !== 'BLOCK_IO_ERROR' || !isHostDiskFull(event.data)) return;
    const hostPath = disks.hostPathOfNode(event.data['node-name'] ?? '') ?? spec.systemHostPath;
    const failure = { area: 'host', reason: 'disk-full', hostPath, doing: `machine ${life.machine} was running` } as const;
    life.declareEnd({ state: 'failed', error: new RaidlabError(failure) });
  });
}

async function boot(ctx: Context, qemu: RunningQemu, agent: AgentClient, spec: MachineSpec): Promise<void> {
  const { life, qmp } = qemu;
  const { bootTimeoutMs: timeoutMs } = spec;
  const failure = (): Failure => {
    const lastConsoleLine = qemu.console.lines().at(-1) ?? 'nothing';
    return { area: 'machine', reason: 'boot-timed-out', machine: life.machine, timeoutMs, lastConsoleLine };
  };
  const untilAgentAnswers = async (): Promise<void> => {
    using opened = qmp.expectEvent('VSERPORT_CHANGE', ({ id, open }) => id === portIds.agent && open);
    await qmp.execute(ctx, 'cont');
    await opened.wait(ctx, 'the guest agent to open its port', timeoutMs);
    await agent.sync(ctx);
    await agent.execute(ctx, 'guest-ping');
  };
  await life.guard(ctx, { waitingFor: 'the guest to boot', limit: { timeoutMs, failure } }, untilAgentAnswers());
}

function machineOf(ctx: Context, qemu: RunningQemu, parts: Parts, spec: MachineSpec): Machine {
  const { life, process } = qemu;
  const { agent, journal, disks } = parts;
  let intent: 'shutdown' | 'crash' | 'dispose' | 'died' = 'died';
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
    onJournalLine: journal.onLine,
    disks: disks.list,
    pullDisk: disks.pull,
    insertDisk: disks.insert,
    shutdown: async (givenCtx) => {
      intent = 'shutdown';
      await shutDown(givenCtx, qemu, agent);
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
  using limited = withDeadline(ctx, waitingFor, shutdownTimeoutMs, () => qemu.console.lines().at(-1) ?? 'nothing');
  using aborted = whenAborted(limited.signal);
  // qga/qapi-schema.json: guest-shutdown answers only when it fails. Silence is what is hoped for.
  const refused = Promise.withResolvers<never>();
  agent.execute(limited, 'guest-shutdown', { mode: 'powerdown' }).catch((error: unknown) => {
    if (error instanceof RaidlabError && error.failure.reason === 'agent-error') refused.reject(error);
  });
  // Not guarded by the machine's life: its end is what is waited for.
  const end = await Promise.race([life.ended, refused.promise, aborted.promise]);
  if (end.state !== 'ended' || process.end()?.exitCode !== 0) throw errorOfEnd(life.machine, end, waitingFor);
}
