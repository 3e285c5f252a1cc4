import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../../core/failure.ts';
import type { Context } from '../context.ts';
import type { CommandResult, GuestProcess, RunOptions } from '../guest.ts';
import type { MachineLife } from '../machine-life.ts';
import type { AgentClient } from './agent-client.ts';
import type { GuestExecStatus } from './agent-protocol.ts';

// Fixed, so that the same command says the same thing everywhere and its output parses.
const environment = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C.UTF-8', 'HOME=/root'];

// qga/commands.c: GUEST_EXEC_MAX_OUTPUT, for each of stdout and stderr.
const maxOutputBytes = 16 * 1024 * 1024;

// Shells give 128 + N for a command ended by signal N, 127 for one not found and 126 for one that cannot be run.
const signalExitBase = 128;
const notFoundExitCode = 127;
const notRunnableExitCode = 126;

// Measured under TCG: a round trip takes 0.8 to 3 ms, and takes about this much of the one processor that the command runs on.
const pollCostMs = 1.5;
const shortestPollMs = 2;
const longestPollMs = 100;

/**
 * Gives how long to wait before the next look at a command that has run for `elapsedMs`, milliseconds.
 *
 * Looking every d costs elapsed/d looks, and sees the end d/2 late on average; the sum is least at d = √(2 · cost · elapsed).
 */
export function planPollDelayMs(elapsedMs: number): number {
  return Math.min(longestPollMs, Math.max(shortestPollMs, Math.sqrt(2 * pollCostMs * elapsedMs)));
}

/** A command that runs in a guest, with a way to end it. */
export interface StartedGuestProcess extends GuestProcess {
  /** Ends it with SIGKILL, as far as that can be done: waits 2 s at most, throws nothing, does nothing when it has ended. */
  kill(): Promise<void>;
}

/** Starts a command in the guest. One that does not exist there becomes a result with exit 127, as in a shell. */
export async function startGuestProcess(
  ctx: Context,
  life: MachineLife,
  agent: AgentClient,
  argv: readonly string[],
  options: RunOptions,
): Promise<StartedGuestProcess> {
  const [program, ...arg] = argv;
  if (program === undefined) throw new RaidlabError({ area: 'host', reason: 'internal', message: 'an empty argv was given to a guest' });
  ctx.signal.throwIfAborted();
  // What the agent says about a command it says once: the asking outlives the context that began it.
  const own: Context = { signal: new AbortController().signal, emit: ctx.emit };
  const startedMs = performance.now();
  ctx.emit({ type: 'command-started', machine: life.machine, argv });
  const starting = agent.execute(own, 'guest-exec', {
    path: program,
    arg,
    env: environment,
    ...(options.input === undefined ? {} : { 'input-data': Buffer.from(options.input).toString('base64') }),
    'capture-output': true,
  });
  try {
    const { pid } = await life.guard(ctx, { waitingFor: `\`${argv.join(' ')}\` to start` }, starting);
    return watchGuestProcess(own, life, agent, { argv, pid, startedMs, quiet: options.quiet ?? false });
  } catch (error) {
    void starting.then(({ pid }) => kill(life, agent, pid), forget);
    const unstarted = resultOfUnstarted(error, argv, performance.now() - startedMs);
    if (unstarted === undefined) throw error;
    emitEnd(ctx, life.machine, unstarted, options.quiet ?? false);
    const result = Promise.resolve(unstarted);
    return { argv, pid: 0, poll: () => result, wait: () => result, kill: () => Promise.resolve() };
  }
}

interface Running {
  readonly argv: readonly string[];
  readonly pid: number;
  readonly startedMs: number;
  readonly quiet: boolean;
}

function watchGuestProcess(own: Context, life: MachineLife, agent: AgentClient, running: Running): StartedGuestProcess {
  const { argv, pid, startedMs, quiet } = running;
  let isOver = false;
  let looking: Promise<CommandResult | undefined> | undefined;
  const look = async (): Promise<CommandResult | undefined> => {
    const status = await agent.execute(own, 'guest-exec-status', { pid });
    isOver = status.exited;
    if (isOver) {
      const result = readStatus(life.machine, argv, status, performance.now() - startedMs);
      emitEnd(own, life.machine, result, quiet);
      return result;
    }
    looking = undefined;
    return undefined;
  };
  const poll = (ctx: Context) => life.guard(ctx, { waitingFor: `\`${argv.join(' ')}\` to end` }, (looking ??= look()));
  return {
    argv,
    pid,
    poll,
    wait: (ctx, timeoutMs) => pollUntilEnd(ctx, life, running, timeoutMs, poll),
    kill: async () => {
      if (!isOver) await kill(life, agent, pid);
    },
  };
}

function emitEnd(ctx: Context, machine: string, result: CommandResult, quiet: boolean): void {
  const { argv, exitCode, stdout, stderr, durationMs } = result;
  ctx.emit({ type: 'command-ended', machine, argv, exitCode, stdout: quiet ? '' : stdout, stderr, durationMs });
}

async function kill(life: MachineLife, agent: AgentClient, pid: number): Promise<void> {
  if (life.end() !== undefined) return;
  const own: Context = { signal: AbortSignal.timeout(2000), emit: () => undefined };
  await agent
    .execute(own, 'guest-exec', { path: 'kill', arg: ['-KILL', String(pid)], env: environment, 'capture-output': false })
    .catch(forget);
}

async function pollUntilEnd(
  ctx: Context,
  life: MachineLife,
  { argv, startedMs }: Running,
  timeoutMs: number,
  poll: GuestProcess['poll'],
): Promise<CommandResult> {
  const waitingSinceMs = performance.now();
  for (;;) {
    const result = await poll(ctx);
    if (result !== undefined) return result;
    const nowMs = performance.now();
    if (nowMs - waitingSinceMs >= timeoutMs) {
      throw new RaidlabError({ area: 'guest', reason: 'command-timed-out', machine: life.machine, argv, timeoutMs });
    }
    await life.guard(ctx, { waitingFor: `\`${argv.join(' ')}\` to end` }, delay(planPollDelayMs(nowMs - startedMs)));
  }
}

function readStatus(machine: string, argv: readonly string[], status: GuestExecStatus, durationMs: number): CommandResult {
  const stdout = decodeOutput(machine, argv, status['out-data'], status['out-truncated']);
  const stderr = decodeOutput(machine, argv, status['err-data'], status['err-truncated']);
  const exitCode = status.exitcode ?? signalExitBase + (status.signal ?? 0);
  return { argv, exitCode, stdout, stderr, durationMs };
}

/**
 * Agents before 7.2.20, 10.0.4 and 10.1.1 say `out-truncated: false` when they have truncated and nothing otherwise
 * (QEMU commit 28c5d27dd4dc), newer ones say false when they have not: only the length can be trusted.
 */
function decodeOutput(machine: string, argv: readonly string[], data: string | undefined, truncated: boolean | undefined): string {
  const bytes = Buffer.from(data ?? '', 'base64');
  if (truncated === true || bytes.length >= maxOutputBytes) {
    const message = `it printed ${String(maxOutputBytes / 1024 / 1024)} MiB or more, and the guest agent keeps no more than that`;
    throw new RaidlabError({ area: 'guest', reason: 'output-not-understood', machine, argv, message });
  }
  return bytes.toString('utf8');
}

/** glib, gspawn.c: `Failed to execute child process “btrsf” (No such file or directory)`. */
function resultOfUnstarted(error: unknown, argv: readonly string[], durationMs: number): CommandResult | undefined {
  if (!(error instanceof RaidlabError) || error.failure.reason !== 'agent-error') return undefined;
  const why = /Failed to execute child process .*\((.+)\)/s.exec(error.failure.said)?.[1];
  if (why === undefined) return undefined;
  const exitCode = why === 'No such file or directory' ? notFoundExitCode : notRunnableExitCode;
  return { argv, exitCode, stdout: '', stderr: `${String(argv[0])}: ${why}\n`, durationMs };
}

function forget(): undefined {
  return undefined;
}
