import { readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KeeperRecord } from '../../src/lab/keeper/keeper-record.ts';
import { planLabPlace } from '../../src/lab/place/lab-place.ts';
import type { LabPlace } from '../../src/lab/place/lab-place.ts';
import { openTestDirectory, typeRaidlab } from './raidlab.ts';

/** What a command said and how it ended. */
export interface Typed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project with a lab called default in it, or none yet; destroyed and gone when disposed. */
export interface LabProject extends AsyncDisposable {
  readonly hostPath: string;
  readonly place: LabPlace;
  /** Types `raidlab WORDS…` in the project and waits for its end. */
  type(...words: readonly string[]): Promise<Typed>;
  /** Types it and gives its output; fails when it does not exit 0. */
  ok(...words: readonly string[]): Promise<string>;
  /** The environment that its commands have on top of ours: a list of labs of its own. */
  readonly env: Readonly<Record<string, string>>;
}

/** Makes a directory for a lab. */
export async function openLabProject(): Promise<LabProject> {
  const directory = await openTestDirectory();
  const { hostPath } = directory;
  const env = { XDG_STATE_HOME: join(hostPath, 'state') };
  const type = (...words: readonly string[]): Promise<Typed> => typeRaidlab(hostPath, words, env).ended;
  return {
    hostPath,
    place: planLabPlace(hostPath, 'default'),
    env,
    type,
    ok: async (...words) => {
      const { exitCode, stdout, stderr } = await type(...words);
      if (exitCode !== 0) throw new Error(`raidlab ${words.join(' ')}: exit ${String(exitCode)}\n${stdout}\n${stderr}`);
      return stdout;
    },
    [Symbol.asyncDispose]: async () => {
      await type('destroy');
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Gives the process that keeps a lab. */
export async function keeperOf(place: LabPlace): Promise<KeeperRecord> {
  return JSON.parse(await readFile(place.keeperHostPath, 'utf8')) as KeeperRecord;
}

/** Gives the children of a process whose command line begins with that program. */
export async function childrenOf(pid: number, program: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/u.test(entry))) {
    const [stat, cmdline] = await Promise.all(['stat', 'cmdline'].map((file) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '')));
    const parent = Number((stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ')[1]);
    if (parent === pid && (cmdline ?? '').split('\0')[0]?.endsWith(program) === true) found.push(Number(name));
  }
  return found;
}

/** Waits until a lab has a keeper; fails after 20 s. */
export async function untilKept(place: LabPlace): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    if ((await keeperOf(place).catch(() => undefined)) !== undefined) return;
    await delay(50);
  }
  throw new Error(`the lab ${place.name} has no keeper`);
}

/** Waits until a process is gone; fails after 20 s. */
export async function untilGone(pid: number): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
    if (stat === '' || /\) [ZX] /u.test(stat)) return;
    await delay(50);
  }
  throw new Error(`process ${String(pid)} is still there`);
}

/** Gives the addresses at which a process listens: `127.0.0.1:40022`, and paths of unix sockets. */
export async function listeningOf(pid: number): Promise<readonly string[]> {
  const fds = await readdir(`/proc/${String(pid)}/fd`);
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/${String(pid)}/fd/${fd}`).catch(() => '')));
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/u.exec(link)?.[1] ?? []));
  const found: string[] = [];
  for (const file of ['tcp', 'tcp6', 'udp', 'udp6']) {
    const rows = (await readFile(`/proc/net/${file}`, 'utf8').catch(() => '')).split('\n').slice(1);
    for (const row of rows) {
      const [, local = '', , state = '', , , , , , inode = ''] = row.trim().split(/\s+/u);
      // 0A: TCP_LISTEN; a UDP socket that is open receives.
      if (inodes.has(inode) && (state === '0A' || file.startsWith('udp'))) found.push(formatAddress(local));
    }
  }
  return found;
}

/** Source: proc_net(5): little-endian hexadecimal address, colon, port. */
function formatAddress(local: string): string {
  const [address = '', port = ''] = local.split(':');
  const bytes = address.match(/../gu)?.reverse() ?? [];
  return `${bytes.map((byte) => Number.parseInt(byte, 16)).join('.')}:${String(Number.parseInt(port, 16))}`;
}
