/**
 * A real Slurm on this machine: munged, slurmctld, and a slurmd for each node, on ports of their own, as whoever runs the test. Every process of it carries a mark in its environment, by
 * which it is found, and ended, by its pid.
 */
import { spawn, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { unpackSlurm } from './packages.ts';
import type { UnpackedSlurm } from './packages.ts';

const run = promisify(execFile);
const checkoutHostPath = fileURLToPath(new URL('../..', import.meta.url));
const coresOfNode = 1;
const memoryOfNodeMiB = 4096;
const endingSignals = ['SIGINT', 'SIGTERM'] as const;

/** A cluster that runs. Disposing it ends all of its processes. */
export interface Cluster extends AsyncDisposable {
  /** What a command needs to belong to it: PATH with its programs and with raidlab, and its configuration. */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  /** Runs a command of Slurm. */
  readonly ask: (program: string, ...words: readonly string[]) => Promise<string>;
  /** Gives the jobs that Slurm still has to do something for, a line each. */
  readonly queue: () => Promise<readonly string[]>;
  /** Lets a node die: slurmd and everything that runs on it get a KILL, as when its power goes. */
  readonly killNode: (node: string) => Promise<void>;
  /** Gives the pids of all of its processes. */
  readonly processes: () => Promise<readonly number[]>;
}

/** What differs from one cluster to another. */
interface ClusterWishes {
  readonly nodes: readonly string[];
  /** Lines of slurm.conf that come last. */
  readonly more?: readonly string[];
}

/** Starts a cluster, and waits until its nodes are idle. */
export async function startCluster({ nodes, more = [] }: ClusterWishes): Promise<Cluster> {
  // Not in TMPDIR: slurm.conf knows no quotes, and sockets have short names.
  const placeHostPath = await mkdtemp('/tmp/raidlab-slurm-');
  const slurm = await unpackSlurm(join(placeHostPath, 'root'));
  const confHostPath = join(placeHostPath, 'slurm.conf');
  const env = {
    ...slurm.env,
    SLURM_CONF: confHostPath,
    PATH: [checkoutHostPath.replace(/\/$/u, ''), join(placeHostPath, 'root/usr/bin'), process.env.PATH ?? ''].join(':'),
  };
  const mark = (part: string): string => `RAIDLAB_TEST_CLUSTER=${placeHostPath}/${part};`;
  const processes = async (): Promise<readonly number[]> => pidsWith([placeHostPath]);
  const ask = async (program: string, ...words: readonly string[]): Promise<string> => {
    const { stdout } = await run(slurm.program(program), words, { env: { ...process.env, ...env } });
    return stdout;
  };
  const start = (part: string, program: string, words: readonly string[]): void => {
    const [name = '', value = ''] = mark(part).split('=');
    const child = spawn(slurm.program(program), words, { env: { ...process.env, ...env, [name]: value }, stdio: 'ignore', detached: true });
    child.unref();
  };
  const clean = async (): Promise<void> => {
    await killAll(processes);
    await rm(placeHostPath, { recursive: true, force: true });
  };
  // Its daemons are in no group that a terminal would end.
  const end = (): void => {
    void clean().finally(() => process.exit(130));
  };
  for (const signal of endingSignals) process.once(signal, end);
  const cluster: Cluster = {
    env,
    version: slurm.version,
    ask,
    processes,
    queue: async () => (await ask('squeue', '--noheader', '--format=%A %T %j %N')).split('\n').filter((line) => line !== ''),
    killNode: async (node) => {
      // The slurmd first, or it would tell of the end of its job. What runs on the node has the environment of whoever sent it, and the name of the node.
      await killAll(() => pidsWith([mark(`node-${node}`)]));
      await killAll(() => pidsWith([`SLURMD_NODENAME=${node}\0`, confHostPath]));
    },
    [Symbol.asyncDispose]: async () => {
      await clean();
      for (const signal of endingSignals) process.off(signal, end);
    },
  };
  try {
    await writeConfiguration(placeHostPath, { nodes, more, slurm });
    await startDaemons(placeHostPath, nodes, { slurm, start });
    await waitFor('idle nodes', async () => {
      const lines = (await ask('sinfo', '--noheader', '--Node', '--format=%N %T').catch(() => '')).trim().split('\n');
      return lines.length === nodes.length && lines.every((line) => line.endsWith(' idle'));
    });
  } catch (error) {
    const logs = (await readdir(placeHostPath)).filter((name) => name.endsWith('.log'));
    for (const name of logs) console.error(`${name}:\n${(await readFile(join(placeHostPath, name), 'utf8')).slice(-3000)}`);
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
  return cluster;
}

interface Configured {
  readonly nodes: readonly string[];
  readonly more: readonly string[];
  readonly slurm: UnpackedSlurm;
}

async function writeConfiguration(placeHostPath: string, { nodes, more, slurm }: Configured): Promise<void> {
  for (const folder of ['state', 'spool', 'munge']) await mkdir(join(placeHostPath, folder));
  await writeFile(join(placeHostPath, 'munge', 'key'), randomBytes(1024), { mode: 0o400 });
  const [controllerPort = 0, ...nodePorts] = await freePorts(nodes.length + 1);
  const { username } = userInfo();
  const lines = [
    'ClusterName=raidlab',
    `SlurmctldHost=${hostname()}(127.0.0.1)`,
    `SlurmUser=${username}`,
    `SlurmdUser=${username}`,
    'AuthType=auth/munge',
    'CredType=cred/munge',
    `AuthInfo=socket=${join(placeHostPath, 'munge', 'socket')}`,
    `PluginDir=${slurm.pluginsHostPath}`,
    `SlurmctldPort=${String(controllerPort)}`,
    `SlurmctldPidFile=${join(placeHostPath, 'slurmctld.pid')}`,
    `SlurmdPidFile=${join(placeHostPath, 'slurmd-%n.pid')}`,
    `StateSaveLocation=${join(placeHostPath, 'state')}`,
    `SlurmdSpoolDir=${join(placeHostPath, 'spool', '%n')}`,
    `SlurmctldLogFile=${join(placeHostPath, 'slurmctld.log')}`,
    `SlurmdLogFile=${join(placeHostPath, 'slurmd-%n.log')}`,
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SwitchType=switch/none',
    'MpiDefault=none',
    'JobAcctGatherType=jobacct_gather/none',
    'AccountingStorageType=accounting_storage/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core_Memory',
    // What the machine really has must not matter: two nodes share it.
    'SlurmdParameters=config_overrides',
    // A node that is gone is seen after seconds, not minutes.
    'SlurmdTimeout=10',
    'KillWait=10',
    'ReturnToService=2',
    ...nodes.map(
      (node, index) =>
        `NodeName=${node} NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=${String(nodePorts[index])} CPUs=${String(coresOfNode)} RealMemory=${String(memoryOfNodeMiB)} Feature=${node},raidlab State=UNKNOWN`,
    ),
    `PartitionName=drills Nodes=${nodes.join(',')} Default=YES MaxTime=INFINITE State=UP`,
    ...more,
  ];
  await writeFile(join(placeHostPath, 'slurm.conf'), `${lines.join('\n')}\n`);
}

interface Daemons {
  readonly slurm: UnpackedSlurm;
  readonly start: (part: string, program: string, words: readonly string[]) => void;
}

async function startDaemons(placeHostPath: string, nodes: readonly string[], { slurm, start }: Daemons): Promise<void> {
  const munge = (name: string): string => join(placeHostPath, 'munge', name);
  start('munged', 'munged', [
    '--foreground',
    '--force',
    '--num-threads=2',
    `--key-file=${munge('key')}`,
    `--socket=${munge('socket')}`,
    `--pid-file=${munge('pid')}`,
    `--seed-file=${munge('seed')}`,
    `--log-file=${join(placeHostPath, 'munged.log')}`,
  ]);
  await waitFor('munged', async () => (await readdir(munge('.'))).includes('socket'));
  const conf = join(placeHostPath, 'slurm.conf');
  start('slurmctld', 'slurmctld', ['-D', '-c', '-f', conf]);
  for (const node of nodes) start(`node-${node}`, 'slurmd', ['-D', '-N', node, '-f', conf, '-d', slurm.program('slurmstepd')]);
}

/** Gives the processes whose environment has all of these texts. */
async function pidsWith(texts: readonly string[]): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name)).map(Number);
  const found: number[] = [];
  for (const pid of pids) {
    if (pid === process.pid) continue;
    const environ = await readFile(`/proc/${String(pid)}/environ`, 'latin1').catch(() => '');
    if (texts.every((text) => environ.includes(text))) found.push(pid);
  }
  return found;
}

/** Kills until there are none: a process may start another while we look. */
async function killAll(find: () => Promise<readonly number[]>): Promise<void> {
  await waitFor('the end of processes', async () => {
    const pids = await find();
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    return pids.length === 0;
  });
}

async function waitFor(what: string, isThere: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 300; look += 1) {
    if (await isThere()) return;
    await delay(200);
  }
  throw new Error(`waited a minute in vain for ${what}`);
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') ports.push(address.port);
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}
