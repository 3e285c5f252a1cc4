import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { TimeLimit } from '../../core/text/time-limit.ts';
import type { Context } from '../context.ts';
import { createLineSplitter } from './line-splitter.ts';
import type { MachineLife } from '../machine-life.ts';

/** A unix socket with a line protocol, with a program behind it that raidlab started. */
export interface LineSocket extends Disposable {
  /** Sends; what can no longer be sent is lost, and the closing reports it. */
  write(data: string | Uint8Array): void;
  /** Resolves when the other side has closed and everything it sent has been handed out. */
  readonly closed: Promise<unknown>;
}

/** The receivers of what comes in. */
export interface LineListener {
  /** Gets everything unchanged, before its lines are handed out. */
  readonly onBytes?: (bytes: Uint8Array) => void;
  readonly onLine: (line: string) => void;
  /** Called once with the rest after the last line end, when the other side closes; not when we do. */
  readonly onClose?: (rest: string) => void;
  readonly maxLineBytes: number;
}

// unix(7): sun_path holds 108 bytes with its terminating null byte.
const longestSocketPathBytes = 107;
// QEMU makes its sockets about 50 ms after it is started.
const retryMs = 5;

/**
 * Connects to a socket that a program is about to make; retries until it exists. Rejects when the machine is lost, with
 * `machine/qmp-silent` after `timeoutMs`, or when the context ends.
 */
export async function connectLineSocket(
  ctx: Context,
  life: MachineLife,
  hostPath: string,
  timeoutMs: number,
  listener: LineListener,
): Promise<LineSocket> {
  if (Buffer.byteLength(hostPath) > longestSocketPathBytes) {
    throw new RaidlabError({ area: 'host', reason: 'internal', message: `the socket path ${hostPath} is longer than unix sockets allow` });
  }
  const waitingFor = `the socket ${hostPath}`;
  let lastSeen = 'no attempt';
  const givenUp = new AbortController();
  const tryUntilThere = async (): Promise<Socket> => {
    for (;;) {
      givenUp.signal.throwIfAborted();
      try {
        return await connectOnce(hostPath);
      } catch (error) {
        lastSeen = (error as Error).message;
        await delay(retryMs);
      }
    }
  };
  const connecting = tryUntilThere();
  try {
    const failure = (limit: TimeLimit) =>
      ({ area: 'machine', reason: 'qmp-silent', machine: life.machine, waitingFor, limit, lastSeen }) as const;
    return listen(await life.guard(ctx, { waitingFor, limit: { timeoutMs, failure } }, connecting), listener);
  } catch (error) {
    givenUp.abort();
    // A late connection must not stay open.
    connecting.then(
      (socket) => socket.destroy(),
      () => undefined,
    );
    throw error;
  }
}

/** Connects to a unix socket; rejects if nobody listens. */
export function connectOnce(hostPath: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect(hostPath);
  socket.once('error', reject);
  socket.once('connect', () => {
    socket.off('error', reject);
    resolve(socket);
  });
  return promise;
}

function listen(socket: Socket, listener: LineListener): LineSocket {
  const splitter = createLineSplitter(listener.onLine, listener.maxLineBytes);
  const { promise: closed, resolve } = Promise.withResolvers<undefined>();
  let isOurs = false;
  socket.on('data', (chunk) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    listener.onBytes?.(bytes);
    splitter.push(bytes);
  });
  // ECONNRESET and EPIPE: 'close' follows, and is all that matters.
  socket.on('error', () => undefined);
  socket.once('close', () => {
    if (!isOurs) listener.onClose?.(splitter.takeRest());
    resolve(undefined);
  });
  return {
    write: (data) => {
      socket.write(data);
    },
    closed,
    [Symbol.dispose]: () => {
      isOurs = true;
      socket.destroy();
    },
  };
}
