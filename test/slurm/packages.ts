/**
 * Debian's Slurm and munge, unpacked into a directory and not installed: it takes no root, changes nothing of the host and starts no service. The packages are kept in
 * node_modules/.cache, for the next time and for a host that has lost its network.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const wanted = ['slurmctld', 'slurmd', 'slurm-client', 'munge'];
const cacheHostPath = fileURLToPath(new URL('../../node_modules/.cache/slurm-packages', import.meta.url));

/** Slurm in a directory. */
export interface UnpackedSlurm {
  /** Gives the path of one of its programs. */
  readonly program: (name: string) => string;
  readonly pluginsHostPath: string;
  /** What its programs need to find their libraries. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the package: `22.05.8-4+deb12u3`. */
  readonly version: string;
}

/** Unpacks Slurm of this host's Debian. */
export async function unpackSlurm(intoHostPath: string): Promise<UnpackedSlurm> {
  const packages = await fetchPackages();
  for (const each of packages) await run('dpkg-deb', ['--extract', each, intoHostPath]);
  const { stdout: triplet } = await run('dpkg-architecture', ['-qDEB_HOST_MULTIARCH']).catch(() => ({ stdout: 'x86_64-linux-gnu' }));
  const librariesHostPath = join(intoHostPath, 'usr', 'lib', triplet.trim());
  const pluginsHostPath = join(librariesHostPath, 'slurm-wlm');
  const programs = new Map<string, string>();
  for (const folder of ['usr/bin', 'usr/sbin'])
    for (const name of await readdir(join(intoHostPath, folder))) programs.set(name, join(intoHostPath, folder, name));
  const controller = packages.find((each) => each.includes('slurmctld_')) ?? '';
  return {
    pluginsHostPath,
    env: { LD_LIBRARY_PATH: `${librariesHostPath}:${pluginsHostPath}` },
    version: decodeURIComponent(/slurmctld_([^_]+)_/u.exec(controller)?.[1] ?? 'unknown'),
    program: (name) => {
      // Debian's alternatives give the daemons their usual names.
      const hostPath = programs.get(name) ?? programs.get(`${name}-wlm`);
      if (hostPath === undefined) throw new Error(`${name} is in none of ${packages.join(', ')}`);
      return hostPath;
    },
  };
}

/** Gives the packages that this host lacks for Slurm, as files, by its own sources. */
async function fetchPackages(): Promise<readonly string[]> {
  const release = (await readFile('/etc/debian_version', 'utf8')).trim();
  const keptHostPath = join(cacheHostPath, release.replaceAll(/[^\w.-]/gu, '-'));
  const kept = await readdir(keptHostPath).catch((): string[] => []);
  if (kept.length > 0) return kept.map((name) => join(keptHostPath, name));
  const halfHostPath = `${keptHostPath}-${String(process.pid)}`;
  await mkdir(join(halfHostPath, 'lists', 'partial'), { recursive: true });
  await mkdir(join(halfHostPath, 'packages'));
  // Lists of our own: those of the host may be old, or not there at all, as in a fresh container.
  const own = ['-o', `Dir::State::Lists=${join(halfHostPath, 'lists')}`, '-o', `Dir::Cache=${halfHostPath}`, '-o', 'APT::Sandbox::User='];
  const options = { cwd: join(halfHostPath, 'packages'), env: { ...process.env, LC_ALL: 'C.UTF-8' }, maxBuffer: 64 * 1024 * 1024 };
  await run('apt-get', [...own, 'update'], options);
  const { stdout } = await run('apt-get', [...own, 'install', '--simulate', '--no-install-recommends', ...wanted], options);
  const lacking = [...stdout.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+) /gmu)].map(([, name = '', version = '']) => `${name}=${version}`);
  await run('apt-get', [...own, 'download', ...lacking], options);
  await rename(join(halfHostPath, 'packages'), keptHostPath);
  await rm(halfHostPath, { recursive: true, force: true });
  return (await readdir(keptHostPath)).map((name) => join(keptHostPath, name));
}
