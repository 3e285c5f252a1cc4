/**
 * Where commands reach the keeper of a lab: a unix socket that only its user may open.
 *
 *     connection ──► one request ──► its turn comes ──► events … ──► done | failed | broken ──► closed
 *                                       └─ the command goes away: the act's context ends
 */
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventBody } from '../../core/event.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { keeperAliveMs, keeperProtocolVersion } from '../../core/lab/keeper-protocol.ts';
import type { ActDone, KeeperAct, KeeperAnswer, KeeperAside, KeeperRequest } from '../../core/lab/keeper-protocol.ts';
import { requestHeadShape, requestShape } from '../../core/lab/keeper-message.ts';
import { readJson } from '../../core/parsing/json-shape.ts';
import { armLimit } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import type { TimeFactor } from '../../machine/time-factor.ts';
import { createLineSplitter } from '../../machine/socket/line-splitter.ts';
import { listenAt } from '../../machine/socket/listen-at.ts';

/** How a keeper serves requests. */
export interface KeeperService {
  readonly lab: string;
  readonly raidlabVersion: string;
  readonly timeFactor: TimeFactor;
  /** Serves a request; called for one at a time. */
  readonly perform: (ctx: Context, act: Exclude<KeeperAct, KeeperAside>) => Promise<ActDone>;
  /** Serves a request that waits for no other; called at any time. */
  readonly aside: (ctx: Context, act: KeeperAside) => Promise<ActDone>;
}

/** A listening socket. Once it is disposed, nobody new is served; current clients have a moment to read their answers. */
export interface KeeperServer extends AsyncDisposable {
  readonly socketHostPath: string;
}

const maxRequestBytes = 1024 * 1024;
const hangUpMs = 1000;

/** Listens on a new socket, in a directory of mode 0700. */
export async function listenForActs(socketHostPath: string, service: KeeperService): Promise<KeeperServer> {
  const connections = new Set<Socket>();
  let turn: Promise<unknown> = Promise.resolve();
  const server = createServer((socket) => {
    connections.add(socket);
    const gone = new AbortController();
    socket.on('error', () => undefined);
    socket.once('close', () => {
      connections.delete(socket);
      gone.abort(new RaidlabError({ area: 'host', reason: 'interrupted', signal: 'the command that asked went away' }));
    });
    const say = (answer: KeeperAnswer): void => {
      if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`);
    };
    const splitter = createLineSplitter((line) => {
      const request = takeRequest(service, line);
      const alive = setInterval(say, keeperAliveMs, { type: 'alive' });
      const serve = async (): Promise<void> => {
        const emit = (event: EventBody): void => {
          say({ type: 'event', event });
        };
        say(await answer(service, request, { signal: gone.signal, emit, timeFactor: service.timeFactor }));
        clearInterval(alive);
        await closed(service, socket);
      };
      if (isAside(request)) void serve();
      else turn = turn.then(serve);
    }, maxRequestBytes);
    socket.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
    });
  });
  await listenAt(server, socketHostPath);
  return {
    socketHostPath,
    [Symbol.asyncDispose]: async () => {
      const over = Promise.withResolvers<undefined>();
      server.close(() => {
        over.resolve(undefined);
      });
      const waiting = new AbortController();
      await Promise.race([turn, delay(hangUpMs, undefined, { signal: waiting.signal }).catch(() => undefined)]);
      waiting.abort();
      for (const socket of connections) socket.destroy();
      await over.promise;
    },
  };
}

/** Sends everything that was said, and hangs up. */
async function closed(service: KeeperService, socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  await new Promise<void>((resolve) => {
    // A command that does not hang up in turn must not delay the next.
    const hangUp = armLimit(service, hangUpMs, () => socket.destroy());
    socket.once('close', () => {
      hangUp[Symbol.dispose]();
      resolve();
    });
    socket.end();
  });
}

/** Parses the request in a line, or gives the error to answer it with. */
function takeRequest({ lab, raidlabVersion: here }: KeeperService, line: string): KeeperRequest | Error {
  try {
    const head = readJson(requestHeadShape, line);
    if (head.v === keeperProtocolVersion) return readJson(requestShape, line);
    return new RaidlabError({ area: 'lab', reason: 'keeper-differs', lab, keeper: here, here: head.raidlabVersion });
  } catch (error) {
    return error as Error;
  }
}

function isAside(request: KeeperRequest | Error): boolean {
  return request instanceof Error || request.act.op === 'look' || request.act.op === 'console';
}

async function answer(service: KeeperService, request: KeeperRequest | Error, ctx: Context): Promise<KeeperAnswer> {
  try {
    if (request instanceof Error) throw request;
    ctx.signal.throwIfAborted();
    const { act, timeFactor } = request;
    ctx.timeFactor.raise(timeFactor);
    return { type: 'done', done: await (act.op === 'look' || act.op === 'console' ? service.aside(ctx, act) : service.perform(ctx, act)) };
  } catch (error) {
    if (error instanceof RaidlabError) return { type: 'failed', failure: error.failure };
    return { type: 'broken', trace: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
