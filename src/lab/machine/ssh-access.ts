import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import { formatKnownHosts, formatSections, formatSshConfig } from '../../core/lab/ssh-files.ts';
import { lengthOfLimit } from '../../core/text/time-limit.ts';
import type { TimeLimit } from '../../core/text/time-limit.ts';
import { fileFailure } from '../../machine/cache/file-failure.ts';
import type { Context } from '../../machine/context.ts';
import type { Guest } from '../../machine/guest.ts';
import { runHostCommand, startHostProcess } from '../../machine/process/host-process.ts';
import type { HostProcess } from '../../machine/process/host-process.ts';
import { sshFiles } from '../place/lab-place.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { mayAccess } from '../../machine/files/file-access.ts';

/** Makes the missing keys of a lab: one for its people, one for its host; mode 0600. */
export async function ensureSshKeys(ctx: Context, place: LabPlace): Promise<void> {
  const { keyHostPath, hostKeyHostPath, knownHostsHostPath } = sshFiles(place);
  await mkdir(place.sshHostPath, { recursive: true, mode: 0o700 });
  await Promise.all([keyHostPath, hostKeyHostPath].map((hostPath) => ensureKey(ctx, hostPath, `raidlab-${place.name}`)));
  await writePrivately(place, knownHostsHostPath, formatKnownHosts(place.name, await readFile(`${hostKeyHostPath}.pub`, 'utf8')));
}

async function ensureKey(ctx: Context, hostPath: string, comment: string): Promise<void> {
  // Its public half is written last.
  if (await mayAccess(`${hostPath}.pub`)) return;
  const argv = ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', hostPath];
  await runHostCommand(ctx, argv, { purpose: 'make a key for ssh', writesHostPath: hostPath, input: 'y\n' });
}

/** Writes the configuration with which ssh finds a lab at a port; forgets a shared connection that is gone. */
export async function writeSshConfig(place: LabPlace, port: number, controlHostPath: string): Promise<void> {
  const { keyHostPath, knownHostsHostPath, configHostPath } = sshFiles(place);
  await rm(controlHostPath, { force: true });
  await writePrivately(place, configHostPath, formatSshConfig({ lab: place.name, port, keyHostPath, knownHostsHostPath, controlHostPath }));
}

/**
 * Gives a loopback port for ssh: the requested one, otherwise the lab's last one, otherwise any free one. Rejects with `lab/port-taken`
 * when the requested one is taken.
 */
export async function choosePort(last: number | null, isAsked: boolean): Promise<number> {
  if (last !== null) {
    try {
      return await probePort(last);
    } catch (error) {
      if (isAsked) throw new RaidlabError({ area: 'lab', reason: 'port-taken', port: last, said: (error as Error).message });
    }
  }
  return probePort(0);
}

/** Listens on a loopback port for a moment; gives its number, a free one for 0. */
async function probePort(port: number): Promise<number> {
  const server = createServer();
  const listening = Promise.withResolvers<number>();
  server.once('error', listening.reject);
  server.listen({ host: '127.0.0.1', port }, () => {
    const address = server.address();
    listening.resolve(typeof address === 'object' && address !== null ? address.port : port);
  });
  const found = await listening.promise;
  await new Promise((resolve) => server.close(resolve));
  return found;
}

/** Gives the guest its keys and the message of the day, and starts its sshd unless it runs. */
export async function openSsh(ctx: Context, guest: Guest, place: LabPlace, motd: string): Promise<void> {
  const { keyHostPath, hostKeyHostPath } = sshFiles(place);
  const input = formatSections({
    host_key: await readFile(hostKeyHostPath, 'utf8'),
    authorized_keys: await readFile(`${keyHostPath}.pub`, 'utf8'),
    motd,
  });
  const argv = ['/usr/lib/raidlab/open-ssh'];
  const { exitCode, stderr } = await guest.run(ctx, argv, { input });
  if (exitCode === 0) return;
  throw new RaidlabError({ area: 'guest', reason: 'command-failed', machine: guest.machine, argv, exitCode, said: stderr.trim() });
}

const bannerTimeoutMs = 60_000;
const retryMs = 20;

/** Resolves when ssh answers at a port. Rejects with `lab/ssh-silent`. */
export async function waitForSsh(ctx: Context, lab: string, port: number, timeoutMs = bannerTimeoutMs): Promise<void> {
  const sinceMs = performance.now();
  for (;;) {
    const limit: TimeLimit = { usualMs: timeoutMs, factor: ctx.timeFactor.value() };
    const untilMs = sinceMs + lengthOfLimit(limit);
    const lastSeen = await readBanner(port, Math.max(1, untilMs - performance.now()));
    if (lastSeen.startsWith('SSH-2.0-')) return;
    if (performance.now() >= untilMs) throw new RaidlabError({ area: 'lab', reason: 'ssh-silent', lab, limit, lastSeen });
    await delay(retryMs, undefined, { signal: ctx.signal }).catch(() => {
      throw ctx.signal.reason;
    });
  }
}

/** Gives a server's first words, or why there were none. */
function readBanner(port: number, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (said: string): void => {
      socket.destroy();
      resolve(said);
    };
    socket.setTimeout(timeoutMs, () => {
      end('a connection, and silence');
    });
    socket.once('data', (bytes) => {
      end(bytes.toString('utf8').trim());
    });
    socket.once('error', (error) => {
      end(error.message);
    });
    socket.once('close', () => {
      end('a connection, closed at once');
    });
  });
}

/**
 * Opens a lasting connection for the host's commands: a login costs a second of an emulated processor, a command through an open
 * connection a tenth. Losing it does no harm: ssh then opens its own.
 */
export async function openSharedConnection(ctx: Context, place: LabPlace): Promise<HostProcess> {
  const { configHostPath } = sshFiles(place);
  const argv = ['ssh', '-F', configHostPath, '-N', '-o', 'ControlMaster=yes', place.name];
  return startHostProcess(ctx, argv, { purpose: 'keep a connection to the lab' });
}

async function writePrivately(place: LabPlace, hostPath: string, text: string): Promise<void> {
  try {
    await writeFile(hostPath, text, { mode: 0o600 });
  } catch (error) {
    throw fileFailure(error, { hostPath, holds: `the lab ${place.name}`, doing: 'writing what ssh needs' });
  }
}
