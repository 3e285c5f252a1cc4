/**
 * The one place that talks to the guest agent.
 *
 *     connect ──► (somebody opens the port in the guest) ──► guest-sync-delimited ──► one command at a time
 *
 * Until the answer to guest-sync-delimited has come, whatever is read is what an earlier user of the port left, and is ignored.
 */
import { randomInt } from 'node:crypto';
import type { Context } from '../context.ts';
import type { MachineLife } from '../machine-life.ts';
import { openRequestChannel } from '../request-channel.ts';
import type { AgentCommands } from './agent-protocol.ts';

/** A connection to the guest agent. */
export interface AgentClient extends Disposable {
  /** Makes sure that the next reply is to the next command. Once, when the agent has opened its port. */
  sync(ctx: Context): Promise<void>;
  /**
   * Gives a command and its result; commands wait for each other. Rejects with `machine/agent-error` when the agent
   * refuses it, `machine/agent-silent` when it does not answer, and as the machine's end says.
   */
  execute<Name extends keyof AgentCommands>(
    ctx: Context,
    command: Name,
    ...args: AgentCommands[Name]['args'] extends undefined ? [] : [AgentCommands[Name]['args']]
  ): Promise<AgentCommands[Name]['result']>;
  /** Resolves when QEMU has closed the connection. */
  readonly closed: Promise<unknown>;
}

/** Where the agent's port ends on the host, and how patient we are. */
export interface AgentOptions {
  readonly socketHostPath: string;
  /**
   * For each reply, milliseconds; 30 000 unless given. An agent that shares one emulated processor with a scrub may
   * take seconds.
   */
  readonly timeoutMs?: number;
}

// guest-exec-status carries at most 16 MiB each of output and errors, in base64.
const maxLineBytes = 48 * 1024 * 1024;

// qga/main.c: the byte 0xFF, never part of JSON, flushes the agent's parser and precedes its answer to guest-sync-delimited.
const sentinel = new Uint8Array([0xff]);
const sentinelDecoded = '\ufffd';

/** Connects to the agent's port. The agent itself may not be there yet. */
export async function connectAgent(ctx: Context, life: MachineLife, options: AgentOptions): Promise<AgentClient> {
  const { socketHostPath, timeoutMs = 30_000 } = options;
  let isSynced = false;
  const channel = await openRequestChannel(ctx, life, {
    peer: 'guest agent',
    socketHostPath,
    connectTimeoutMs: timeoutMs,
    maxLineBytes,
    messageIn: (line) => {
      if (isSynced) return line;
      const at = line.lastIndexOf(sentinelDecoded);
      return at === -1 ? undefined : line.slice(at + sentinelDecoded.length);
    },
    // Every reply has an id: the agent has copied it since QEMU 4.0.
    takeOther: () => false,
  });
  let lastTurn: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(turnCtx: Context, act: () => Promise<T>): Promise<T> => {
    const before = lastTurn;
    const mine = Promise.withResolvers<undefined>();
    lastTurn = Promise.all([before, mine.promise]);
    try {
      await life.guard(turnCtx, { waitingFor: 'the guest agent to be free' }, before);
      return await act();
    } finally {
      mine.resolve(undefined);
    }
  };
  return {
    sync: (givenCtx) =>
      inTurn(givenCtx, async () => {
        const args = { id: randomInt(2 ** 31) };
        await channel.request(givenCtx, { command: 'guest-sync-delimited', args, timeoutMs, prefix: sentinel });
        isSynced = true;
      }),
    execute: (givenCtx, command, ...args) =>
      inTurn(givenCtx, async () => (await channel.request(givenCtx, { command, args: args[0], timeoutMs })) as never),
    closed: channel.closed,
    [Symbol.dispose]: () => {
      channel[Symbol.dispose]();
    },
  };
}
