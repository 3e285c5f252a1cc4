/**
 * `collect` on a host that has much to do: inside a lab whose array is written to without end and whose processor is shared with a
 * program that never waits. Then, with the array at rest, what the same script opens, by strace.
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LabProject, Typed } from '../rig/lab.ts';
import { writesOfDisks } from './round-trip.ts';

/** A file that a process opened, as strace(1) tells it. */
export interface OpenedFile {
  readonly path: string;
  /** `O_RDONLY|O_CLOEXEC`. */
  readonly flags: string;
}

/** What `collect` was seen to do. */
export interface BusyCollect {
  /** Wall time of the script on the busy lab, seconds. */
  readonly busySeconds: number;
  /** How many times as long the same work takes in the lab as here, where there is no emulation. */
  readonly slowness: number;
  readonly opened: readonly OpenedFile[];
  /** Block devices among what was opened, by what the lab says of them. */
  readonly blockDevices: ReadonlySet<string>;
  /** What was written to each disk of the array, before and after. */
  readonly writes: readonly [string, string];
}

/** Gives the path of strace here; undefined when it is not there. */
export function findStrace(): string | undefined {
  const { status, stdout } = spawnSync('sh', ['-c', 'command -v strace'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Work that is the same everywhere: arithmetic of awk. */
const sum = "awk 'BEGIN { for (i = 0; i < 3000000; i++) s += i % 7; exit }'";

const load = [
  // Ended by these names.
  'setsid sh -c "while :; do :; done" busy-processor < /dev/null > /dev/null 2>&1 &',
  'setsid sh -c "while :; do dd if=/dev/zero of=/storage/load bs=1M count=32 conv=fsync status=none; done" busy-disks < /dev/null > /dev/null 2>&1 &',
].join(' ');

/** Until nothing has been written for three commits: btrfs tidies up behind the load, and does so at its commits. */
const rest = `mount -o remount,commit=1 /storage; seen=; until now=$(sync; ${writesOfDisks}); [ "$now" = "$seen" ]; do seen=$now; sleep 3; done`;

/** Builds the lab, and has `collect` run on it. */
export async function collectBusy(lab: LabProject, strace: string): Promise<BusyCollect> {
  await lab.ok('up');
  const script = join(lab.hostPath, 'collect.sh');
  await writeFile(script, await lab.ok('collect', '--script', '--names'));
  await lab.ok('cp', script, ':/tmp/collect.sh');
  const inLab = async (command: string): Promise<string> => lab.ok('ssh', '--', command);

  const slowness = secondsOf(await inLab(timed(sum))) / hostSeconds(sum);
  await inLab(load);
  await inLab('sleep 5');
  const busySeconds = secondsOf(await inLab(timed('sh /tmp/collect.sh > /tmp/facts.json')));
  await inLab("pkill --full 'busy-[pd]'; sync; grep -q chunks /tmp/facts.json");

  const run = await takeAlong(lab, strace);
  await inLab(rest);
  const before = await inLab(`sync; ${writesOfDisks}`);
  await inLab(`${run} -f -e trace=open,openat,openat2,creat -o /run/trace sh /tmp/collect.sh > /dev/null`);
  const after = await inLab(`sync; ${writesOfDisks}`);
  const opened = (await inLab('cat /run/trace'))
    .split('\n')
    .flatMap((row) => /open(?:at2?)?\((?:(?:[A-Z_]+|\d+), )?"([^"]*)", (?:\{flags=)?([A-Z_|]+)/u.exec(row) ?? creation(row))
    .map(String);
  const pairs = Array.from({ length: opened.length / 3 }, (_, index) => ({
    path: opened[index * 3 + 1] ?? '',
    flags: opened[index * 3 + 2] ?? '',
  }));
  const inDev = [...new Set(pairs.map(({ path }) => path).filter((path) => path.startsWith('/dev/')))];
  const blocks = await lab.type('ssh', '--', `for d in ${inDev.join(' ')}; do [ -b $d ] && echo $d; done; true`);
  return { busySeconds, slowness, opened: pairs, blockDevices: new Set(linesOf(blocks)), writes: [before, after] };
}

/** creat(2) has no flags. */
function creation(row: string): readonly string[] {
  const path = /creat\("([^"]*)"/u.exec(row)?.[1];
  return path === undefined ? [] : [row, path, 'O_CREAT|O_WRONLY'];
}

function linesOf({ stdout }: Typed): readonly string[] {
  return stdout.split('\n').filter((line) => line !== '');
}

/** proc_uptime(5): hundredths of a second, and no process is begun to read it. */
function timed(command: string): string {
  return `read -r begin rest < /proc/uptime; ${command}; read -r end rest < /proc/uptime; echo "took $begin $end"`;
}

function secondsOf(said: string): number {
  const [, begin = '', end = ''] = /^took (\S+) (\S+)$/mu.exec(said) ?? [];
  return Number(end) - Number(begin);
}

function hostSeconds(command: string): number {
  const { stdout } = spawnSync('sh', ['-c', timed(command)], { encoding: 'utf8' });
  return secondsOf(stdout);
}

/** Copies a program of ours into the lab, with its libraries and their loader: the lab may have another libc. Gives how it is called there. */
async function takeAlong(lab: LabProject, program: string): Promise<string> {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/gu)].map(([, path = '']) => path);
  await lab.ok('ssh', '--', 'mkdir -p /run/along');
  for (const path of [program, ...libraries]) await lab.ok('cp', path, `:/run/along/${basename(path)}`);
  const loader = libraries.find((path) => path.includes('/ld-linux')) ?? '';
  await lab.ok('ssh', '--', 'chmod -R 0755 /run/along');
  return `/run/along/${basename(loader)} --library-path /run/along /run/along/${basename(program)}`;
}
