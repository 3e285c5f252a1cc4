/**
 * QEMU as our process, and its life as a machine's life.
 *
 *     start ──► sockets appear ──► QMP greets ──► (paused, all lines connected) ──► cont ──► … ──► its process ends
 *                  │ it ends before that                                                            │
 *                  └─► machine/qemu-refused-to-start                  what the console still says is read; then the life ends
 */
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import { fileFailure, hasErrorCode } from '../cache/file-failure.ts';
import { createConsoleWatch } from '../console/console-watch.ts';
import type { ConsoleWatch } from '../console/console-watch.ts';
import type { Context } from '../context.ts';
import { hostProcessFailure, startHostProcess } from '../process/host-process.ts';
import type { HostProcess, HostProcessEnd } from '../process/host-process.ts';
import { leftOutAsText, openEvidenceFile } from '../files/evidence-file.ts';
import type { EvidenceFile } from '../files/evidence-file.ts';
import { connectLineSocket } from '../socket/line-socket.ts';
import type { LineSocket } from '../socket/line-socket.ts';
import { beginMachineLife } from '../machine-life.ts';
import type { MachineLife } from '../machine-life.ts';
import type { ConsoleSeat } from '../machine.ts';
import { readProcessIdentity } from '../process/process-identity.ts';
import { connectQmp } from '../qmp/qmp-client.ts';
import type { QmpClient } from '../qmp/qmp-client.ts';
import { consoleLogFile } from './qemu-command.ts';
import { planMachineSockets } from './machine-sockets.ts';
import type { MachineSockets } from './machine-sockets.ts';

/** What is launched, and where its output goes. */
export interface QemuLaunch {
  readonly machine: string;
  readonly argv: readonly string[];
  readonly scratchHostPath: string;
  /** console.log and qmp.ndjson go here. */
  readonly evidenceHostPath: string;
  /** Gets what its console says, before its lines are handed out. */
  readonly onConsoleBytes?: (bytes: Uint8Array) => void;
}

/** A running QEMU, still paused. Disposing it ends it and removes its sockets. */
export interface RunningQemu extends AsyncDisposable {
  readonly process: HostProcess;
  readonly life: MachineLife;
  readonly qmp: QmpClient;
  readonly console: ConsoleWatch;
  readonly sockets: MachineSockets;
  /** Kills it, reads what is left in its sockets, and resolves when it is gone. `how` completes "QEMU ended (…)". */
  stop(how: string): Promise<void>;
  /** Types at its console what belongs to the procedure. */
  typeAtConsole(text: string): void;
  /** Lets a person type there. */
  sitAtConsole(): ConsoleSeat;
  /** Registers a connection to be read to its end before the machine's life ends, and then disposed. */
  adopt(connection: Connection): void;
}

/** A connection to QEMU. */
interface Connection extends Disposable {
  readonly closed: Promise<unknown>;
}

const purpose = 'run the machine';
/** Scratch file that tells a later raidlab which process to end if we could not: a ProcessIdentity. */
const identityFile = 'qemu.json';
const connectTimeoutMs = 10_000;
// The kernel prints lines of at most 1 KiB: LOG_LINE_MAX and PRINTK_MESSAGE_MAX in kernel/printk/.
const consoleLineBytes = 4 * 1024;
// QEMU is gone, and its sockets with it: what is left is in our own buffers.
const drainMs = 1000;

/** Starts QEMU and connects its console and QMP. When that fails, nothing is left. */
export async function launchQemu(ctx: Context, launch: QemuLaunch): Promise<RunningQemu> {
  const sockets = planMachineSockets(launch.scratchHostPath);
  // A socket of an earlier QEMU would be connected to, and refuse.
  await removeSockets(sockets);
  const process = await startHostProcess(ctx, launch.argv, { purpose });
  const life = beginMachineLife(launch.machine);
  const watch = createConsoleWatch(ctx, life);
  const adopted: Connection[] = [];
  let log: EvidenceFile | undefined;
  let qmp: QmpClient | undefined;
  let stoppedBy: string | undefined;
  const over = process.ended.then(async (end) => {
    await settleWithin(Promise.all(adopted.map((connection) => connection.closed)), drainMs * ctx.timeFactor.value());
    life.declareEnd({ state: 'ended', how: stoppedBy ?? describeEnd(end), said: end.stderr.trim() });
  });
  const stop = async (how: string): Promise<void> => {
    stoppedBy ??= how;
    process.kill('SIGKILL');
    await over;
  };
  const dispose = async (): Promise<void> => {
    await stop('raidlab stopped it');
    qmp?.[Symbol.dispose]();
    watch[Symbol.dispose]();
    for (const connection of adopted) connection[Symbol.dispose]();
    log?.[Symbol.dispose]();
    await removeSockets(sockets);
    await rm(join(launch.scratchHostPath, identityFile), { force: true });
  };
  try {
    await recordProcess(launch.scratchHostPath, process.pid);
    log = openConsoleLog(launch, life);
    const { append } = log;
    const onBytes = (bytes: Uint8Array): void => {
      append(bytes);
      launch.onConsoleBytes?.(bytes);
    };
    const consoleListener = { onBytes, onLine: watch.takeLine, onClose: watch.takeEnd, maxLineBytes: consoleLineBytes };
    const line = await connectLineSocket(ctx, life, sockets.consoleHostPath, connectTimeoutMs, consoleListener);
    adopted.push(line);
    const transcriptHostPath = join(launch.evidenceHostPath, 'qmp.ndjson');
    qmp = await connectQmp(ctx, life, { socketHostPath: sockets.qmpHostPath, transcriptHostPath });
    watchEvents(ctx, life, qmp, watch);
    await closeToOthers(sockets);
    return {
      process,
      life,
      qmp,
      console: watch,
      sockets,
      stop,
      typeAtConsole: (text) => {
        line.write(text);
      },
      sitAtConsole: () => takeSeat(watch, line),
      adopt: (connection) => adopted.push(connection),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    const end = process.end();
    await dispose();
    throw end === undefined ? error : refusal(launch, end);
  }
}

function takeSeat(watch: ConsoleWatch, line: LineSocket): ConsoleSeat {
  const attended = watch.attend();
  return {
    type: (bytes) => {
      line.write(bytes);
    },
    [Symbol.dispose]: attended[Symbol.dispose],
  };
}

function openConsoleLog({ evidenceHostPath }: QemuLaunch, life: MachineLife): EvidenceFile {
  return openEvidenceFile(join(evidenceHostPath, consoleLogFile), 'recording a console', leftOutAsText, (error) => {
    life.declareEnd({ state: 'failed', error });
  });
}

async function recordProcess(scratchHostPath: string, pid: number): Promise<void> {
  const hostPath = join(scratchHostPath, identityFile);
  try {
    await writeFile(hostPath, `${JSON.stringify(await readProcessIdentity(pid))}\n`, { mode: 0o600 });
  } catch (error) {
    throw fileFailure(error, { hostPath, holds: 'the sockets of a machine', doing: 'starting a machine' });
  }
}

/** The events that mean trouble for anything that waits. */
function watchEvents(ctx: Context, life: MachineLife, qmp: QmpClient, watch: ConsoleWatch): void {
  qmp.onEvent((event) => {
    switch (event.name) {
      case 'GUEST_PANICKED':
        watch.takePanicEvent();
        break;
      case 'STOP':
        void judgeStop(ctx, life, qmp);
        break;
      case 'BLOCK_IO_ERROR':
      case 'DEVICE_DELETED':
      case 'MIGRATION':
        break;
    }
  });
}

// docs/interop/qemu-qmp-ref, RunState: QEMU has stopped the guest by itself and will not resume.
const hopelessStates: ReadonlySet<string> = new Set(['internal-error', 'io-error']);

async function judgeStop(ctx: Context, life: MachineLife, qmp: QmpClient): Promise<void> {
  const status = await qmp.execute(ctx, 'query-status').catch(() => undefined);
  if (status === undefined || !hopelessStates.has(status.status)) return;
  life.declareEnd({ state: 'ended', how: `it stopped the processor: ${status.status}`, said: '' });
}

function refusal(launch: QemuLaunch, end: HostProcessEnd): RaidlabError {
  const failure = hostProcessFailure(launch.argv, { purpose }, end);
  if (failure.failure.reason !== 'command-failed') return failure;
  return new RaidlabError({
    area: 'machine',
    reason: 'qemu-refused-to-start',
    machine: launch.machine,
    argv: launch.argv,
    said: failure.failure.said === '' ? describeEnd(end) : failure.failure.said,
  });
}

function describeEnd(end: HostProcessEnd): string {
  return end.signal === undefined ? `exit ${String(end.exitCode)}` : `killed by ${end.signal}`;
}

/** QEMU creates them by the umask; their directory is ours alone, and so are they. */
async function closeToOthers(sockets: MachineSockets): Promise<void> {
  for (const hostPath of Object.values(sockets) as readonly string[]) {
    await chmod(hostPath, 0o600).catch((error: unknown) => {
      if (!hasErrorCode(error, 'ENOENT')) throw error;
    });
  }
}

async function removeSockets(sockets: MachineSockets): Promise<void> {
  await Promise.all(Object.values(sockets).map((hostPath: string) => rm(hostPath, { force: true })));
}

async function settleWithin(work: Promise<unknown>, ms: number): Promise<void> {
  const settled = new AbortController();
  const timeout = delay(ms, undefined, { signal: settled.signal }).catch(() => undefined);
  await Promise.race([work, timeout]);
  settled.abort();
}
