// What every bench of machines needs: raidlab typed as a person would, its events, and the time that its machines' processors were busy.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RecordedEvent } from '../src/core/event.ts';

const root = path.resolve(import.meta.dirname, '..');

// sysconf(_SC_CLK_TCK), which Linux has fixed for what it tells of itself: proc(5).
const msPerTick = 10;

/** One run of raidlab, over. */
export interface MeasuredRun {
  readonly exitCode: number;
  readonly wallMs: number;
  /** The processor time of all its machines' processors, milliseconds; less is seen than was used, by what a machine did in its last 20 ms. */
  readonly busyMs: number;
  /** The processor time of raidlab and everything that it started, milliseconds. */
  readonly cpuMs: number;
  readonly events: readonly RecordedEvent[];
}

/** Types `raidlab WORDS… --json` in a directory and measures it. */
export async function measureRaidlab(directory: string, words: readonly string[]): Promise<MeasuredRun> {
  const events: RecordedEvent[] = [];
  const busyOf = new Map<number, number>();
  const usedMs = childrenMs();
  const startedMs = performance.now();
  const child = spawn(path.join(root, 'raidlab'), [...words, '--json'], { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] });
  let unread = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line) as RecordedEvent;
      events.push(event);
      if (event.type === 'machine-started') busyOf.set(event.pid, 0);
    }
  });
  const sampling = setInterval(() => {
    for (const pid of busyOf.keys()) busyOf.set(pid, processorMs(pid) ?? busyOf.get(pid) ?? 0);
  }, 20);
  const exitCode = await new Promise<number>((resolve) => {
    child.on('close', (code) => {
      resolve(code ?? 128);
    });
  });
  clearInterval(sampling);
  const busyMs = [...busyOf.values()].reduce((sum, ms) => sum + ms, 0);
  return { exitCode, wallMs: performance.now() - startedMs, busyMs, cpuMs: childrenMs() - usedMs, events };
}

/** Gives the processor time of all our children that have ended, and of theirs, milliseconds. Source: proc_pid_stat(5), cutime and cstime. */
function childrenMs(): number {
  const fields = statFields('/proc/self/stat');
  return (Number(fields[13]) + Number(fields[14])) * msPerTick;
}

/** Gives the fields of a stat file behind the name, the state first. */
function statFields(hostPath: string): readonly string[] {
  const stat = readFileSync(hostPath, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Types `raidlab WORDS…` in a directory with a list of labs of its own; gives what it printed and how long it took, and throws when it exits with another status than the ones given. */
export async function typeInLab(
  directory: string,
  words: readonly string[],
  okExitCodes: readonly number[] = [0],
): Promise<{ readonly exitCode: number; readonly wallMs: number; readonly stdout: string }> {
  const startedMs = performance.now();
  const env = { ...process.env, XDG_STATE_HOME: path.join(directory, 'state') };
  const child = spawn(path.join(root, 'raidlab'), words, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exitCode = await new Promise<number>((resolve) => {
    child.on('close', (code) => {
      resolve(code ?? 128);
    });
  });
  const wallMs = performance.now() - startedMs;
  if (!okExitCodes.includes(exitCode)) throw new Error(`raidlab ${words.join(' ')}: exit ${exitCode}\n${stdout}${stderr}`);
  return { exitCode, wallMs, stdout };
}

/** Gives what the emulated processor of a QEMU has used, milliseconds; undefined when the process is gone. Source: proc_pid_stat(5), utime and stime. */
function processorMs(pid: number): number | undefined {
  try {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const hostPath = `/proc/${pid}/task/${task}/stat`;
      if (!readFileSync(hostPath, 'utf8').includes('(CPU 0/')) continue;
      const fields = statFields(hostPath);
      return (Number(fields[11]) + Number(fields[12])) * msPerTick;
    }
  } catch {
    // It ended while it was looked at.
  }
  return undefined;
}

/** Gives the middle one of some values; the lower of two middle ones. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/** Gives milliseconds in seconds, for people. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Says a figure and what it should be, on one line. */
export function report(what: string, value: string, goal: string, holds: boolean): void {
  console.log(`${holds ? '✓' : '✗'} ${what}: ${value} (goal: ${goal})`);
}

/** Gives a table in Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
