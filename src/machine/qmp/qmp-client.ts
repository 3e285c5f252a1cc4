/**
 * The one place that talks to QMP.
 *
 *     connect ──► greeting ──► qmp_capabilities ──► commands and replies; events at any time
 */
import type { Context } from '../context.ts';
import type { MachineLife } from '../machine-life.ts';
import { openRequestChannel } from '../socket/request-channel.ts';
import type { Message, RequestChannel } from '../socket/request-channel.ts';
import type { QmpCommands, QmpEvent, QmpEvents } from './qmp-protocol.ts';
import { openTranscript } from './transcript.ts';

/** An expected event, registered before the command that causes it was sent, so that it cannot be missed. */
interface ExpectedEvent extends Disposable {
  /** Waits for it; `machine/qmp-silent` after `timeoutMs`. */
  wait(ctx: Context, waitingFor: string, timeoutMs: number): Promise<unknown>;
}

/** A connection to QEMU's machine protocol. */
export interface QmpClient extends Disposable {
  /**
   * Sends a command and gives its result. Rejects with `machine/qmp-error` when QEMU refuses it, `machine/qmp-silent` when it does not
   * answer, and as the machine's end says.
   */
  execute<Name extends keyof QmpCommands>(
    ctx: Context,
    command: Name,
    ...args: QmpCommands[Name]['args'] extends undefined ? [] : [QmpCommands[Name]['args']]
  ): Promise<QmpCommands[Name]['result']>;
  /** Calls back for each event, in order. */
  onEvent(listener: (event: QmpEvent) => void): Disposable;
  /** Starts expecting an event. */
  expectEvent<Name extends keyof QmpEvents>(name: Name, matches: (data: QmpEvents[Name]) => boolean): ExpectedEvent;
  /** Resolves when QEMU has closed the connection. */
  readonly closed: Promise<unknown>;
}

/** Where QMP is, and how long we wait. */
export interface QmpOptions {
  readonly socketHostPath: string;
  readonly transcriptHostPath: string;
  /** For the connection and for each reply, milliseconds; 10 000 by default. */
  readonly timeoutMs?: number;
}

// The longest reply that raidlab asks for has a few hundred bytes.
const maxLineBytes = 4 * 1024 * 1024;

/** Connects, reads the greeting and negotiates capabilities. Both directions are recorded in the transcript. */
export async function connectQmp(ctx: Context, life: MachineLife, options: QmpOptions): Promise<QmpClient> {
  const { socketHostPath, timeoutMs = 10_000 } = options;
  const listeners = new Set<(event: QmpEvent) => void>();
  const greeted = Promise.withResolvers<undefined>();
  const transcript = openTranscript(options.transcriptHostPath, (error) => {
    life.declareEnd({ state: 'failed', error });
  });
  const takeOther = (message: Message): boolean => {
    if ('QMP' in message) greeted.resolve(undefined);
    else if (typeof message.event === 'string') tellEvent(listeners, message);
    else return false;
    return true;
  };
  let channel: RequestChannel | undefined;
  try {
    channel = await openRequestChannel(ctx, life, {
      socketHostPath,
      connectTimeoutMs: timeoutMs,
      maxLineBytes,
      takeOther,
      record: transcript.record,
    });
    const waitingFor = 'the greeting of QMP';
    await life.guard(ctx, { waitingFor, limit: channel.silence(waitingFor, timeoutMs) }, greeted.promise);
    await channel.request(ctx, { command: 'qmp_capabilities', timeoutMs });
  } catch (error) {
    channel?.[Symbol.dispose]();
    transcript[Symbol.dispose]();
    throw error;
  }
  return makeClient(life, channel, listeners, timeoutMs, () => {
    channel[Symbol.dispose]();
    transcript[Symbol.dispose]();
  });
}

function makeClient(
  life: MachineLife,
  channel: RequestChannel,
  listeners: Set<(event: QmpEvent) => void>,
  timeoutMs: number,
  dispose: () => void,
): QmpClient {
  const onEvent: QmpClient['onEvent'] = (listener) => {
    listeners.add(listener);
    return { [Symbol.dispose]: () => void listeners.delete(listener) };
  };
  return {
    execute: async (ctx, command, ...args) => (await channel.request(ctx, { command, args: args[0], timeoutMs })) as never,
    onEvent,
    expectEvent: (name, matches) => {
      const seen = Promise.withResolvers<undefined>();
      const listening = onEvent((event) => {
        if (event.name === name && matches(event.data as never)) seen.resolve(undefined);
      });
      return {
        wait: (ctx, waitingFor, limitMs) => life.guard(ctx, { waitingFor, limit: channel.silence(waitingFor, limitMs) }, seen.promise),
        [Symbol.dispose]: () => {
          listening[Symbol.dispose]();
        },
      };
    },
    closed: channel.closed,
    [Symbol.dispose]: dispose,
  };
}

function tellEvent(listeners: ReadonlySet<(event: QmpEvent) => void>, message: Message): void {
  // An event that raidlab does not know matches no listener.
  const event = { name: message.event, data: message.data ?? {} } as QmpEvent;
  for (const listener of [...listeners]) listener(event);
}
