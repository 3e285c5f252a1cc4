import { dirname, join } from 'node:path';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Ring } from '../../core/bounds/ring.ts';
import { plainPiece } from '../../core/boot/console-pieces.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { tryLockFile } from '../../machine/cache/lock.ts';
import type { Context } from '../../machine/context.ts';
import { planMachineSockets } from '../../machine/qemu/machine-sockets.ts';
import { askKeeper } from '../keeper/ask-keeper.ts';
import { requireKeeper } from '../inspect-lab.ts';
import type { KeeperRecord } from '../keeper/keeper-record.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { readLog } from './read-log.ts';

/**
 * The console of a lab, attached: of raidlab's own small system a shell's line, both ways, and the kernel's messages; of an installed
 * system the machine's own console, where it boots and logs in. Dispose it to detach; the shell stays.
 */
export interface AttachedConsole extends AsyncDisposable {
  /** Starts handing out what is said, beginning with what was said before. */
  readonly listen: (onOutput: (bytes: Buffer) => void) => void;
  readonly write: (bytes: Uint8Array) => void;
  /** Resolves when the machine is gone; never rejects. */
  readonly ended: Promise<undefined>;
  /** Why there is no shell of raidlab's at the other end; undefined when there is one, or should be none. */
  readonly trouble: RaidlabError | undefined;
}

/** The size and kind of the terminal at this end. */
export interface ConsoleTerminal {
  readonly term: string;
  readonly rows: number;
  readonly columns: number;
}

/** How much is kept until somebody listens. */
const saidBound = { items: 4096, weight: 1024 * 1024 };

/** The name of a machine's scratch directory in its keeper's. */
export const machineScratchName = 'machine';

/**
 * Attaches to the console of a lab that is on, for one person at a time. If nobody answers there, because the kernel crashed or the
 * machine hangs, that is `trouble`, not a failure: the kernel is still heard. Rejects with `lab/not-on`, which has the last console
 * lines, and `lab/console-busy`.
 */
export async function attachConsole(
  ctx: Context,
  place: LabPlace,
  raidlabVersion: string,
  terminal: ConsoleTerminal,
): Promise<AttachedConsole> {
  const { keeper, lab } = await requireKeeper(place);
  const isInstalled = lab.state.boot !== undefined;
  const taken = await tryLockFile(place.consoleLockHostPath, { hostPath: place.hostPath, holds: `the lab ${place.name}` });
  if (!('lock' in taken)) throw new RaidlabError({ area: 'lab', reason: 'console-busy', lab: place.name, pid: taken.pid ?? null });
  const over = new AbortController();
  let socket: Socket | undefined;
  const dispose = async (): Promise<void> => {
    over.abort();
    socket?.destroy();
    await taken.lock[Symbol.asyncDispose]();
  };
  try {
    socket = await connectShell(place, keeper);
    const line = socket;
    const said = new Ring<Buffer>(saidBound, (bytes) => bytes.length);
    let take = (bytes: Buffer): void => {
      said.add(bytes);
    };
    line.on('data', (bytes: Buffer) => {
      take(bytes);
    });
    line.on('error', () => undefined);
    const closed = Promise.withResolvers<undefined>();
    line.once('close', () => {
      closed.resolve(undefined);
      over.abort();
    });
    // QEMU's line for the kernel is written down by the keeper; here it is read from that log as it grows. Where it is the console itself,
    // what waits for an answer was said before.
    const from = isInstalled ? 'last-page' : 'end';
    let isLastPage = isInstalled;
    const kernel = readLog(AbortSignal.any([ctx.signal, over.signal]), place, { follow: true, from }, (bytes) => {
      // The buffer is overwritten by the next read.
      take(Buffer.from(isLastPage ? plainPage(String(bytes)) : bytes));
      isLastPage = false;
    });
    // Its last words are in the log when QEMU is gone.
    const ended = Promise.all([closed.promise, kernel.catch(() => undefined)]).then(() => undefined);
    const opened = await openShell(ctx, place, keeper, raidlabVersion, terminal);
    // A boot that is not so far yet cannot be told the size of the terminal.
    const trouble = isInstalled ? undefined : opened;
    return {
      listen: (onOutput) => {
        for (const bytes of said.take().items) onOutput(bytes);
        take = onOutput;
      },
      write: (bytes) => {
        line.write(bytes);
      },
      ended,
      trouble,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** What was said before, without controls: a terminal would answer a question that is over, and what it answers would be typed. */
function plainPage(page: string): string {
  const plainLine = (line: string): string => line.split('\r').map(plainPiece).join('\r');
  return page.split('\n').map(plainLine).join('\n');
}

async function connectShell(place: LabPlace, { socketHostPath }: KeeperRecord): Promise<Socket> {
  const { shellHostPath } = planMachineSockets(join(dirname(socketHostPath), machineScratchName));
  const socket = connect(shellHostPath);
  const connected = Promise.withResolvers<undefined>();
  socket.once('error', connected.reject);
  socket.once('connect', () => {
    connected.resolve(undefined);
  });
  try {
    await connected.promise;
    socket.off('error', connected.reject);
    return socket;
  } catch (error) {
    // It went off just now, or an older raidlab turned it on.
    await requireKeeper(place);
    const how = `its machine has no console (${(error as Error).message})`;
    throw new RaidlabError({ area: 'lab', reason: 'console-missing', lab: place.name, how }, { cause: error });
  }
}

async function openShell(
  ctx: Context,
  place: LabPlace,
  { socketHostPath }: KeeperRecord,
  raidlabVersion: string,
  terminal: ConsoleTerminal,
): Promise<RaidlabError | undefined> {
  try {
    await askKeeper(ctx, { place, socketHostPath, raidlabVersion }, { op: 'console', ...terminal });
    return undefined;
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!(error instanceof RaidlabError)) throw error;
    return error;
  }
}
