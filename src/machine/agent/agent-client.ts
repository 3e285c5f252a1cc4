/**
 * The host's end of /usr/lib/raidlab/agent, the program in the guest that runs commands: a line for each thing said, see there.
 *
 *     run, open ──► started ──► out, err … ──► ended
 *      │               │  └─ input …
 *      │               └─ nothing for a while ─► ping ──► pong
 *      └─ nothing for 30 s ─► machine/agent-silent ◄── nothing for 30 s
 *
 * A line that is none of the protocol ends the machine's life.
 */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Failure } from '../../core/failure/failure.ts';
import { lengthOfLimit } from '../../core/text/time-limit.ts';
import type { TimeLimit } from '../../core/text/time-limit.ts';
import type { Context } from '../context.ts';
import { connectLineSocket } from '../socket/line-socket.ts';
import type { LineSocket } from '../socket/line-socket.ts';
import type { OutputListener } from '../guest.ts';
import type { MachineLife, Wait } from '../machine-life.ts';

/** How a command in the guest ended, and all it wrote. */
export interface AgentEnd {
  /** 128 + N when signal N ended it; 127 when it is not there, 126 when it cannot be run. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** It wrote more than {@link maxOutputBytes} to one of them, and was ended for that: nothing of it is kept. */
  readonly wroteTooMuch: boolean;
}

/** A command that the agent has started. */
export interface AgentCommand {
  /** The process id in the guest. */
  readonly pid: number;
  /** Resolves when it has ended; never rejects. Guard it by the machine's life. */
  readonly ended: Promise<AgentEnd>;
  /** Gives it more standard input, or, of no bytes, the end of it; only a command that is conversed with has an open one. */
  readonly write: (bytes: Uint8Array) => void;
  /** Ends it with SIGKILL, if it runs; does not wait for that. */
  readonly kill: () => void;
}

/** What a command reads: all of it beforehand, or, where somebody hears what it writes as it comes, what `write` gives it. */
export type AgentInput = Uint8Array | OutputListener;

/** The root of a machine that wakes: `bare` is the read-only image alone, `joined` has the machine's system disk over it. */
export type RootState = 'bare' | 'joined';

/** How a machine is that wakes: with a root of that kind and as one of its own, or, `same`, as the very machine that was saved. */
export type WakeState = RootState | 'same';

/** A connection to the agent of a guest. */
export interface AgentClient extends Disposable {
  /** Resolves when the agent has begun, which means that modules are loaded and disks have their names. A fork's has begun already. */
  ready(ctx: Context, timeoutMs: number): Promise<void>;
  /**
   * Gives the machine random numbers, time and identity of its own, and lays its system disk over a bare root; one that is the same
   * keeps its identity. Rejects with `machine/boot-failed` and `machine/agent-silent`.
   */
  wake(ctx: Context, root: WakeState, timeoutMs: number): Promise<void>;
  /** Starts a command; resolves when it has a process. Rejects with `machine/agent-silent`, and as the machine's end says. */
  start(ctx: Context, argv: readonly string[], input: AgentInput): Promise<AgentCommand>;
  /** Resolves when QEMU has closed the connection. */
  readonly closed: Promise<unknown>;
}

/** Where the agent's port ends on the host, and how patient we are. */
export interface AgentOptions {
  readonly socketHostPath: string;
  /** For each reply, milliseconds; 30 000 unless given. An agent that shares one emulated processor with a scrub may take seconds. */
  readonly timeoutMs?: number;
}

/** What is kept of what a command writes, for each of its outputs: more is a mistake of the asker's, or a flood. */
export const maxOutputBytes = 16 * 1024 * 1024;

// The agent passes on what a command wrote in pieces of 64 KiB, in hexadecimal.
const maxLineBytes = 256 * 1024;
/** As much as the pool of a kernel before 5.6 holds: there OpenSSL waits for /dev/random, half a minute and more, when little is left in it. */
const entropyBytes = 512;

interface Running {
  readonly started: PromiseWithResolvers<number>;
  readonly ended: PromiseWithResolvers<AgentEnd>;
  readonly out: Output;
  readonly err: Output;
  readonly heard: OutputListener | undefined;
  readonly kill: () => void;
}

/** What a command has written so far; nothing of it is kept when that is too much. */
interface Output {
  pieces: Buffer[];
  bytes: number;
}

interface Conversation {
  readonly commands: Map<number, Running>;
  readonly ready: PromiseWithResolvers<undefined>;
  awake: PromiseWithResolvers<string>;
  nextId: number;
  lastSeen: string;
  /** When a line came last, and when it was asked for one; milliseconds on the monotonic clock. */
  heardMs: number;
  askedMs: number | undefined;
}

/** Connects to the agent's port. The agent itself may not be there yet: what is asked meanwhile waits in the port. */
export async function connectAgent(ctx: Context, life: MachineLife, options: AgentOptions): Promise<AgentClient> {
  const { socketHostPath, timeoutMs = 30_000 } = options;
  const { machine } = life;
  const state: Conversation = {
    commands: new Map(),
    ready: Promise.withResolvers(),
    awake: Promise.withResolvers(),
    nextId: 1,
    lastSeen: 'nothing',
    heardMs: performance.now(),
    askedMs: undefined,
  };
  const socket = await connectLineSocket(ctx, life, socketHostPath, timeoutMs, {
    maxLineBytes,
    onLine: (line) => {
      state.lastSeen = line.slice(0, 200);
      state.heardMs = performance.now();
      state.askedMs = undefined;
      if (takeLine(state, line)) return;
      const failure = { area: 'machine', reason: 'protocol-broken', machine, peer: 'guest agent', said: line.slice(0, 2000) } as const;
      life.declareEnd({ state: 'failed', error: new RaidlabError(failure) });
    },
  });
  const silence = (waitingFor: string, limitMs: number): Wait => ({
    waitingFor,
    limit: {
      timeoutMs: limitMs,
      failure: (limit): Failure => ({
        area: 'machine',
        reason: 'agent-silent',
        machine,
        waitingFor,
        limit,
        lastSeen: state.lastSeen,
      }),
    },
  });
  const heartbeat = setInterval(() => {
    keepListening(life, state, { usualMs: timeoutMs, factor: ctx.timeFactor.value() }, () => {
      socket.write('ping\n');
    });
  }, timeoutMs / 4);
  return {
    ready: async (givenCtx, limitMs) => {
      await life.guard(givenCtx, silence('the guest agent to begin', limitMs), state.ready.promise);
    },
    wake: async (givenCtx, root, limitMs) => {
      state.awake = Promise.withResolvers();
      socket.write(`${formatWake(root, Date.now())}\n`);
      const answer = await life.guard(givenCtx, silence('the guest to wake', limitMs), state.awake.promise);
      if (answer !== 'awake') throw new RaidlabError({ area: 'machine', reason: 'boot-failed', machine, said: `raidlab-agent: ${answer}` });
    },
    start: (givenCtx, argv, input) => startCommand(givenCtx, { life, state, socket, silence, timeoutMs }, argv, input),
    closed: socket.closed,
    [Symbol.dispose]: () => {
      clearInterval(heartbeat);
      socket[Symbol.dispose]();
    },
  };
}

interface Line {
  readonly life: MachineLife;
  readonly state: Conversation;
  readonly socket: LineSocket;
  readonly silence: (waitingFor: string, limitMs: number) => Wait;
  readonly timeoutMs: number;
}

async function startCommand(ctx: Context, line: Line, argv: readonly string[], input: AgentInput): Promise<AgentCommand> {
  const { life, state, socket, silence, timeoutMs } = line;
  const id = state.nextId++;
  const tell = (word: 'kill' | 'input', ...texts: readonly string[]): void => {
    if (state.commands.has(id)) socket.write(`${[word, String(id), ...texts].join(' ')}\n`);
  };
  const kill = (): void => {
    tell('kill');
  };
  const heard = typeof input === 'function' ? input : undefined;
  const running: Running = {
    started: Promise.withResolvers(),
    ended: Promise.withResolvers(),
    out: { pieces: [], bytes: 0 },
    err: { pieces: [], bytes: 0 },
    heard,
    kill,
  };
  state.commands.set(id, running);
  const words = argv.map((word) => formatText(Buffer.from(word)));
  const begin = typeof input === 'function' ? ['open', String(id)] : ['run', String(id), formatText(input)];
  socket.write(`${[...begin, ...words].join(' ')}\n`);
  try {
    const pid = await life.guard(ctx, silence(`\`${argv.join(' ')}\` to start`, timeoutMs), running.started.promise);
    const write = (bytes: Uint8Array): void => {
      tell('input', formatText(bytes));
    };
    return { pid, ended: running.ended.promise, write, kill };
  } catch (error) {
    // It may start all the same, when nobody wants it any more.
    void running.started.promise.then(kill);
    throw error;
  }
}

/** A command may have nothing to say for minutes: that the agent is still there is asked for, and its silence ends the machine's life. */
function keepListening(life: MachineLife, state: Conversation, limit: TimeLimit, ask: () => void): void {
  const timeoutMs = lengthOfLimit(limit);
  const nowMs = performance.now();
  if (state.commands.size === 0) state.askedMs = undefined;
  else if (state.askedMs === undefined) {
    if (nowMs - state.heardMs < timeoutMs / 4) return;
    state.askedMs = nowMs;
    ask();
  } else if (nowMs - state.askedMs >= timeoutMs) {
    const { lastSeen } = state;
    const failure = {
      area: 'machine',
      reason: 'agent-silent',
      machine: life.machine,
      waitingFor: 'a sign of life',
      limit,
      lastSeen,
    } as const;
    life.declareEnd({ state: 'failed', error: new RaidlabError(failure) });
  }
}

/** Takes a line of the agent's; false when it is none of the protocol. */
function takeLine(state: Conversation, line: string): boolean {
  const [word = '', idText = '', rest = ''] = line.split(' ', 3);
  if (word === 'pong') return true;
  if (word === 'ready') {
    state.ready.resolve(undefined);
    return true;
  }
  if (word === 'awake' || word === 'failed') {
    state.awake.resolve(line);
    return true;
  }
  const id = Number(idText);
  const running = state.commands.get(id);
  if (running === undefined || !/^(?:\d+|[0-9a-f]+|-)$/u.test(rest)) return false;
  switch (word) {
    case 'started':
      running.started.resolve(Number(rest));
      return true;
    case 'out':
    case 'err': {
      const piece = Buffer.from(rest, 'hex');
      takeOutput(running, running[word], piece);
      running.heard?.(word === 'out' ? 'stdout' : 'stderr', piece);
      return true;
    }
    case 'ended':
      state.commands.delete(id);
      running.ended.resolve(endOf(running, Number(rest)));
      return true;
    default:
      return false;
  }
}

function takeOutput(running: Running, output: Output, piece: Buffer): void {
  const wasTooMuch = output.bytes > maxOutputBytes;
  output.bytes += piece.length;
  if (output.bytes <= maxOutputBytes) {
    output.pieces.push(piece);
  } else if (!wasTooMuch) {
    output.pieces = [];
    running.kill();
  }
}

function endOf({ out, err }: Running, exitCode: number): AgentEnd {
  const wroteTooMuch = Math.max(out.bytes, err.bytes) > maxOutputBytes;
  return { exitCode, stdout: Buffer.concat(out.pieces), stderr: Buffer.concat(err.pieces), wroteTooMuch };
}

function formatWake(root: WakeState, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  const nanoseconds = (nowMs % 1000) * 1_000_000;
  const entropy = randomBytes(entropyBytes).toString('hex');
  // machine-id(5): 32 lower-case hexadecimal digits.
  const machineId = randomBytes(16).toString('hex');
  return `wake ${String(seconds)} ${String(nanoseconds)} ${entropy} ${machineId} ${root}`;
}

function formatText(bytes: Uint8Array): string {
  return bytes.length === 0 ? '-' : Buffer.from(bytes).toString('hex');
}
