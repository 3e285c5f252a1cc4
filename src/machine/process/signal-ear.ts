/**
 * A second pair of ears for Ctrl-C. Node hears a signal only between two turns of its loop: a step that never returns, or a write to a
 * pipe that nobody reads, makes it deaf. A shell beside us, in our process group, receives what a terminal and timeout(1) send
 * to the group, and ends us when two signals came and we have handled none.
 *
 *     signal ──► heard once ──signal──► heard twice ──a second later, and still no sign of us──► SIGKILL
 *                    ▲                        │
 *                    └──── we took it ────────┘           our pipe to it closes: it ends
 */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** The shell beside us, which is told about handled signals. */
export interface SignalEar {
  /** Resolves when it listens, or cannot. */
  readonly listening: Promise<unknown>;
  /** We have handled the signal: we are awake. */
  readonly taken: () => void;
  /** We are ending: if we are still there in a second, we are stuck. */
  readonly ending: () => void;
}

/** The ear when there is none. */
export const noEar: SignalEar = { listening: Promise.resolve(), taken: () => undefined, ending: () => undefined };

// The shell is slower to hear: our message must not arrive before the signal itself.
const takenAfterMs = 100;

/**
 * Its waits ignore signals, and `wait` returns at each one. `life` ends with us, who hold the other end of its input. The second is
 * made of short naps: of a host that stands still for longer, one nap is lost, and we have the others to wake up in.
 */
const script = `
exec 3<&0
heard=0
trap 'heard=$((heard + 1))' INT TERM HUP
trap 'heard=0' USR1
trap 'heard=2' USR2
(trap '' INT TERM HUP USR1 USR2; exec cat <&3 > /dev/null) &
life=$!
echo listening
exec > /dev/null
naps=0
while kill -0 "$life" 2> /dev/null; do
  if [ "$heard" -lt 2 ]; then naps=0; wait "$life"; continue; fi
  if [ "$naps" -ge 10 ]; then kill -KILL "$1"; fi
  (trap '' INT TERM HUP USR1 USR2; exec sleep 0.1) &
  nap=$!
  while [ "$heard" -ge 2 ] && kill -0 "$nap" 2> /dev/null; do wait "$nap"; done
  naps=$((naps + 1))
done
`;

/** Starts the shell. It ends with us, and keeps nobody alive. */
export function openSignalEar(): SignalEar {
  const shell = spawn('/bin/sh', ['-c', script, 'raidlab-ear', String(process.pid)], { stdio: ['pipe', 'pipe', 'ignore'] });
  // Without a shell, there is only Node's own signal handling.
  shell.on('error', () => undefined);
  shell.unref();
  for (const stream of [shell.stdin, shell.stdout] as readonly unknown[] as readonly Socket[]) {
    stream.on('error', () => undefined);
    stream.unref();
  }
  return {
    listening: new Promise((resolve) => {
      shell.stdout.once('data', resolve);
      shell.once('error', resolve);
    }),
    taken: () => {
      void delay(takenAfterMs, undefined, { ref: false }).then(() => shell.kill('SIGUSR1'));
    },
    ending: () => {
      shell.kill('SIGUSR2');
    },
  };
}
