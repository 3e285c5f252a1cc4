/**
 * Requests and replies as lines of JSON, matched by id: what QMP is made of.
 *
 * A line that is not the protocol ends the machine's life at once. A closed socket ends it after a moment, in which
 * the end of QEMU's process, which says more, is given the first word.
 */
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Failure } from '../../core/failure/failure.ts';
import { armLimit } from '../context.ts';
import type { Context } from '../context.ts';
import { connectLineSocket } from './line-socket.ts';
import type { LineSocket } from './line-socket.ts';
import type { MachineLife, Wait } from '../machine-life.ts';

/** A JSON object as it came in. */
export type Message = Readonly<Record<string, unknown>>;

/** The other side's address and protocol. */
export interface ChannelOptions {
  readonly socketHostPath: string;
  /** How long the socket may take to appear, milliseconds. */
  readonly connectTimeoutMs: number;
  readonly maxLineBytes: number;
  /** Takes a message that is not a reply; false when it is not part of the protocol. */
  readonly takeOther: (message: Message) => boolean;
  /** Gets everything in both directions. */
  readonly record?: (from: 'raidlab' | 'qemu', message: unknown) => void;
  /** Between the socket's closing and the machine's end, milliseconds; 1000 by default. */
  readonly closeGraceMs?: number;
}

/** A request. */
interface ChannelRequest {
  readonly command: string;
  readonly args?: unknown;
  readonly timeoutMs: number;
}

/** An open channel. */
export interface RequestChannel extends Disposable {
  /**
   * Sends a request and waits for the reply; gives its result. Rejects with `machine/qmp-error` when it was refused, `machine/qmp-silent`
   * after `timeoutMs`, and as the machine's end says.
   */
  request(ctx: Context, request: ChannelRequest): Promise<unknown>;
  /** The failure when this peer's answer did not come. */
  silence(waitingFor: string, timeoutMs: number): NonNullable<Wait['limit']>;
  /** Resolves when the other side has closed. */
  readonly closed: Promise<unknown>;
}

interface Conversation {
  readonly pending: Map<number, PromiseWithResolvers<Message>>;
  lastSeen: string;
  nextId: number;
}

/** Connects to the socket of QMP. */
export async function openRequestChannel(ctx: Context, life: MachineLife, options: ChannelOptions): Promise<RequestChannel> {
  const { machine } = life;
  const state: Conversation = { pending: new Map(), lastSeen: 'nothing', nextId: 1 };
  let closing: Disposable | undefined;
  const socket = await connectLineSocket(ctx, life, options.socketHostPath, options.connectTimeoutMs, {
    maxLineBytes: options.maxLineBytes,
    onLine: (line) => {
      state.lastSeen = line.slice(0, 200);
      const message = parseObject(line);
      options.record?.('qemu', message ?? line);
      if (message !== undefined && takeMessage(state, options, message)) return;
      const failure = { area: 'machine', reason: 'protocol-broken', machine, peer: 'QEMU', said: line.slice(0, 2000) } as const;
      life.declareEnd({ state: 'failed', error: new RaidlabError(failure) });
    },
    onClose: () => {
      closing = armLimit(ctx, options.closeGraceMs ?? 1000, () => {
        life.declareEnd({ state: 'ended', how: 'the connection to QEMU closed', said: '' });
      });
    },
  });
  const silence: RequestChannel['silence'] = (waitingFor, timeoutMs) => ({
    timeoutMs,
    failure: (limit): Failure => ({
      area: 'machine',
      reason: 'qmp-silent',
      machine,
      waitingFor,
      limit,
      lastSeen: state.lastSeen,
    }),
  });
  return {
    request: (givenCtx, request) => send(givenCtx, { life, options, state, socket, silence }, request),
    silence,
    closed: socket.closed,
    [Symbol.dispose]: () => {
      closing?.[Symbol.dispose]();
      socket[Symbol.dispose]();
    },
  };
}

interface Line {
  readonly life: MachineLife;
  readonly options: ChannelOptions;
  readonly state: Conversation;
  readonly socket: LineSocket;
  readonly silence: RequestChannel['silence'];
}

async function send(ctx: Context, line: Line, request: ChannelRequest): Promise<unknown> {
  ctx.signal.throwIfAborted();
  const { life, options, state, socket } = line;
  const { command, args, timeoutMs } = request;
  const id = state.nextId++;
  const reply = Promise.withResolvers<Message>();
  state.pending.set(id, reply);
  const message = { execute: command, ...(args === undefined ? {} : { arguments: args }), id };
  options.record?.('raidlab', message);
  socket.write(`${JSON.stringify(message)}\n`);
  try {
    const waitingFor = `the reply to ${command}`;
    const { error, return: result } = await life.guard(ctx, { waitingFor, limit: line.silence(waitingFor, timeoutMs) }, reply.promise);
    if (error === undefined) return result;
    const { class: errorClass, desc: said } = error as { class: string; desc: string };
    throw new RaidlabError({ area: 'machine', reason: 'qmp-error', machine: life.machine, command, errorClass, said });
  } finally {
    state.pending.delete(id);
  }
}

function parseObject(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

/** Passes a message to its receiver; false when it is not part of the protocol. */
function takeMessage(state: Conversation, options: ChannelOptions, message: Message): boolean {
  const { id } = message;
  if (typeof id !== 'number') return options.takeOther(message);
  if (!('return' in message) && !isErrorObject(message.error)) return false;
  // Nobody waits any more for the reply to a request whose context has ended.
  state.pending.get(id)?.resolve(message);
  return id < state.nextId;
}

function isErrorObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'class' in value && 'desc' in value;
}
