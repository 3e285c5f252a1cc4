import { randomBytes } from 'node:crypto';
import { RaidlabError } from '../core/failure.ts';
import type { Failure } from '../core/failure.ts';
import type { Context } from './context.ts';
import { connectLineSocket } from './line-socket.ts';
import type { MachineLife } from './machine-life.ts';

/** The machine's own end of /usr/lib/raidlab/wake, the program in the guest that makes a machine one of its own. */
export interface WakePort extends Disposable {
  /**
   * Gives the machine random numbers, time and identity of its own, and lays its system disk over a bare root. Resolves when
   * modules are loaded and every disk that was there from the beginning has its names. Rejects with `machine/boot-failed`.
   */
  wake(ctx: Context, root: RootState, timeoutMs: number): Promise<void>;
  /** Resolves when QEMU has closed the connection. */
  readonly closed: Promise<unknown>;
}

/** The root of a machine that wakes: `bare` is the read-only image alone, `joined` has the machine's system disk over it. */
export type RootState = 'bare' | 'joined';

const connectTimeoutMs = 10_000;
// An answer is a word, or a sentence of ours.
const maxLineBytes = 16 * 1024;
const entropyBytes = 64;

/** Connects to the port's socket. */
export async function connectWakePort(ctx: Context, life: MachineLife, socketHostPath: string): Promise<WakePort> {
  let hear: (line: string) => void = () => undefined;
  const socket = await connectLineSocket(ctx, life, socketHostPath, connectTimeoutMs, {
    maxLineBytes,
    onLine: (line) => {
      hear(line);
    },
  });
  return {
    closed: socket.closed,
    wake: async (givenCtx, root, timeoutMs) => {
      const heard = Promise.withResolvers<string>();
      hear = heard.resolve;
      socket.write(`${formatRequest(root, Date.now())}\n`);
      const { machine } = life;
      const failure = (): Failure => ({ area: 'machine', reason: 'boot-timed-out', machine, timeoutMs, lastConsoleLine: 'not awake yet' });
      const answer = await life.guard(givenCtx, { waitingFor: 'the guest to wake', limit: { timeoutMs, failure } }, heard.promise);
      if (answer !== 'awake') throw new RaidlabError({ area: 'machine', reason: 'boot-failed', machine, said: `raidlab-wake: ${answer}` });
    },
    [Symbol.dispose]: () => {
      socket[Symbol.dispose]();
    },
  };
}

/** See src/machine/image/guest-root/usr/lib/raidlab/wake. */
function formatRequest(root: RootState, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  const nanoseconds = (nowMs % 1000) * 1_000_000;
  const entropy = randomBytes(entropyBytes).toString('hex');
  // machine-id(5): 32 lower-case hexadecimal digits.
  const machineId = randomBytes(16).toString('hex');
  return `wake ${String(seconds)} ${String(nanoseconds)} ${entropy} ${machineId} ${root === 'bare' ? 'root' : 'keep'}`;
}
