import { open, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import { keeperProtocolVersion, keeperSilenceMs } from '../../core/lab/keeper-protocol.ts';
import type { ActDone, KeeperAct, KeeperAnswer, KeeperRequest } from '../../core/lab/keeper-protocol.ts';
import { answerShape } from '../../core/lab/keeper-message.ts';
import { readJson } from '../../core/parsing/json-shape.ts';
import { lengthOfLimit } from '../../core/text/time-limit.ts';
import type { TimeLimit } from '../../core/text/time-limit.ts';
import { armLimit, whenAborted } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import { connectOnce } from '../../machine/socket/line-socket.ts';
import { createLineSplitter } from '../../machine/socket/line-splitter.ts';
import type { LabPlace } from '../place/lab-place.ts';

/** A keeper that can be asked. */
export interface KeeperAddress {
  readonly place: LabPlace;
  /** Where it listens; a keeper that has just been started announces its socket, and is retried until then. */
  readonly socketHostPath: string | (() => Promise<string | undefined>);
  readonly raidlabVersion: string;
  /** Resolves with how the keeper's process ended, if we can see that; never rejects. */
  readonly ended?: Promise<string>;
  /** How long the socket may take to appear, milliseconds; no time by default. */
  readonly startMs?: number;
  /** How long it may be silent before it counts as hung, milliseconds; {@link keeperSilenceMs} by default. */
  readonly silenceMs?: number;
}

/** The longest line a keeper sends: an event with a command's output. */
const maxAnswerBytes = 64 * 1024 * 1024;
const retryMs = 5;
const keptLogChars = 2000;

/**
 * Asks the keeper of a lab to act; its events become ours. Rejects as the act fails, with `lab/keeper-ended` when the keeper goes away
 * meanwhile, and with `lab/keeper-silent`. When the context ends, so does the act.
 */
export async function askKeeper(ctx: Context, address: KeeperAddress, act: KeeperAct): Promise<ActDone> {
  using aborted = whenAborted(ctx.signal);
  const ended = address.ended?.then((how) => keeperEnded(address.place, how).then((error) => Promise.reject(error)));
  ended?.catch(() => undefined);
  const lost: readonly Promise<never>[] = [aborted.promise, ...(ended === undefined ? [] : [ended])];
  const socket = await firstOf(ctx, lost, (givenUp) => connectToKeeper(givenUp, address));
  try {
    return await Promise.race([converse(ctx, address, socket, act), ...lost]);
  } finally {
    socket.destroy();
  }
}

/** Gives the result of `connecting`, unless one of the others rejects first; then it is told to give up. */
async function firstOf<T>(ctx: Context, others: readonly Promise<never>[], connecting: (ctx: Context) => Promise<T>): Promise<T> {
  const over = new AbortController();
  try {
    return await Promise.race([connecting({ ...ctx, signal: AbortSignal.any([ctx.signal, over.signal]) }), ...others]);
  } finally {
    over.abort();
  }
}

async function connectToKeeper(ctx: Context, address: KeeperAddress): Promise<Socket> {
  const { place, socketHostPath, startMs = 0 } = address;
  const sinceMs = performance.now();
  for (;;) {
    try {
      const found = typeof socketHostPath === 'string' ? socketHostPath : await socketHostPath();
      if (found === undefined) throw new Error('no keeper has written itself down');
      return await connectOnce(found);
    } catch (error) {
      if (startMs === 0) throw await keeperEnded(place, (error as Error).message);
      const limit: TimeLimit = { usualMs: startMs, factor: ctx.timeFactor.value() };
      if (performance.now() - sinceMs > lengthOfLimit(limit)) {
        const facts = { waitingFor: 'its socket', limit, lastSeen: (error as Error).message };
        throw new RaidlabError({ area: 'lab', reason: 'keeper-silent', lab: place.name, ...facts });
      }
    }
    await delay(retryMs, undefined, { signal: ctx.signal });
  }
}

async function converse(ctx: Context, address: KeeperAddress, socket: Socket, act: KeeperAct): Promise<ActDone> {
  const { place, raidlabVersion, silenceMs = keeperSilenceMs } = address;
  const over = Promise.withResolvers<ActDone>();
  let lastSeen = 'nothing';
  const splitter = createLineSplitter((line) => {
    try {
      const answer = readJson(answerShape, line);
      if (answer.type !== 'alive') lastSeen = line.slice(0, 200);
      takeAnswer(ctx, answer, over);
    } catch (error) {
      over.reject(error);
    }
  }, maxAnswerBytes);
  socket.on('data', (chunk: Buffer) => {
    splitter.push(chunk);
  });
  socket.on('error', () => undefined);
  socket.once('close', () => {
    void keeperEnded(place, 'it hung up').then(over.reject);
  });
  const listen = (): Disposable =>
    armLimit(ctx, silenceMs, (limit) => {
      const facts = { waitingFor: `its answer to ${act.op}`, limit, lastSeen };
      over.reject(new RaidlabError({ area: 'lab', reason: 'keeper-silent', lab: place.name, ...facts }));
    });
  let silence = listen();
  socket.on('data', () => {
    silence[Symbol.dispose]();
    silence = listen();
  });
  const request: KeeperRequest = { v: keeperProtocolVersion, raidlabVersion, timeFactor: ctx.timeFactor.value(), act };
  socket.write(`${JSON.stringify(request)}\n`);
  return over.promise.finally(() => {
    silence[Symbol.dispose]();
  });
}

function takeAnswer(ctx: Context, answer: KeeperAnswer, over: PromiseWithResolvers<ActDone>): void {
  switch (answer.type) {
    case 'event':
      // What the keeper learned about this host holds for those who wait for it.
      if (answer.event.type === 'time-factor-raised') ctx.timeFactor.raise(answer.event.factor);
      ctx.emit(answer.event);
      break;
    case 'alive':
      break;
    case 'done':
      over.resolve(answer.done);
      break;
    case 'failed':
      over.reject(new RaidlabError(answer.failure));
      break;
    case 'broken':
      over.reject(new Error(answer.trace));
      break;
  }
}

async function keeperEnded(place: LabPlace, how: string): Promise<RaidlabError> {
  const said = await lastOf(join(place.logsHostPath, keeperLogName));
  return new RaidlabError({ area: 'lab', reason: 'keeper-ended', lab: place.name, how, said: said === '' ? 'it said nothing' : said });
}

/** The keeper's own output among a lab's logs. */
export const keeperLogName = 'keeper.log';

async function lastOf(hostPath: string): Promise<string> {
  try {
    await using file = await open(hostPath);
    const { size } = await stat(hostPath);
    const length = Math.min(size, keptLogChars);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trim();
  } catch {
    return '';
  }
}
