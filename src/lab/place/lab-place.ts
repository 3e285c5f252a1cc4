import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';
import { isLabName } from '../../core/lab/lab-name.ts';
import { requireOwnPlace } from './own-place.ts';
import { mayAccess } from '../../machine/files/file-access.ts';

/** The directory of a project's labs, one directory each. */
export const labsDirectoryName = '.raidlab';

/** The image of the system disk among a lab's disks. */
export const systemFileName = 'system.raw';

/** Gives the name of a disk's image. */
export function diskFileName(serial: string): string {
  return `${serial}.raw`;
}

/** Where everything of a lab is. */
export interface LabPlace {
  readonly name: string;
  /** `<project>/.raidlab/<name>`; mode 0700. */
  readonly hostPath: string;
  /** The lab's state; written by one rename. */
  readonly stateHostPath: string;
  /** The process that keeps it on, and its socket; exists only while it is kept. */
  readonly keeperHostPath: string;
  /** Held by the command that works on it. */
  readonly lockHostPath: string;
  /** Held by whoever is at its console. */
  readonly consoleLockHostPath: string;
  /** Images of the disks, and of the system disk. */
  readonly disksHostPath: string;
  readonly systemHostPath: string;
  /** Keys and configuration of ssh. */
  readonly sshHostPath: string;
  /** console.log, qmp.ndjson, keeper.log. */
  readonly logsHostPath: string;
  /** Snapshots, one a directory. */
  readonly snapshotsHostPath: string;
  /** Exists only while a snapshot is restored: see restore-snapshot.ts. */
  readonly restoreHostPath: string;
}

/** Gives the place of a lab of a project. Throws `lab/bad-name`. */
export function planLabPlace(projectHostPath: string, name: string): LabPlace {
  if (!isLabName(name)) throw new RaidlabError({ area: 'lab', reason: 'bad-name', lab: name });
  return placeAt(join(projectHostPath, labsDirectoryName, name), name);
}

/** Gives the place of the lab in a directory of that name. */
export function placeAt(hostPath: string, name: string): LabPlace {
  const at = (...names: readonly string[]): string => join(hostPath, ...names);
  return {
    name,
    hostPath,
    stateHostPath: at('state.json'),
    keeperHostPath: at('keeper.json'),
    lockHostPath: at('lock'),
    consoleLockHostPath: at('console-lock'),
    disksHostPath: at('disks'),
    systemHostPath: at('disks', systemFileName),
    sshHostPath: at('ssh'),
    logsHostPath: at('logs'),
    snapshotsHostPath: at('snapshots'),
    restoreHostPath: at('restore'),
  };
}

/** Gives the image of a lab's disk. */
export function diskHostPath(place: LabPlace, serial: string): string {
  return join(place.disksHostPath, diskFileName(serial));
}

/** Gives the files of a lab's ssh. */
export function sshFiles(place: LabPlace) {
  const at = (name: string): string => join(place.sshHostPath, name);
  return {
    keyHostPath: at('id_ed25519'),
    hostKeyHostPath: at('host_ed25519'),
    knownHostsHostPath: at('known_hosts'),
    configHostPath: at('config'),
  } as const;
}

/**
 * Searches for a lab from a directory upwards, as Git does for a repository; undefined when there is none of that name. Rejects with
 * `lab/bad-name`, and with `lab/not-yours` when it is not entirely the user's own.
 */
export async function findLab(fromHostPath: string, name: string): Promise<LabPlace | undefined> {
  for (let hostPath = fromHostPath; ; hostPath = dirname(hostPath)) {
    const place = planLabPlace(hostPath, name);
    if (await mayAccess(place.stateHostPath)) {
      await requireOwnPlace(place);
      return place;
    }
    if (dirname(hostPath) === hostPath) return undefined;
  }
}

/** Gives the place of a lab; rejects with `lab/no-lab`, naming the existing labs, and `lab/bad-name`. */
export async function requireLab(fromHostPath: string, name: string): Promise<LabPlace> {
  const place = await findLab(fromHostPath, name);
  if (place !== undefined) return place;
  const known = await listLabNames(fromHostPath);
  throw new RaidlabError({ area: 'lab', reason: 'no-lab', lab: name, hostPath: fromHostPath, known });
}

/** Gives the names of the labs that can be reached from a directory, sorted. */
export async function listLabNames(fromHostPath: string): Promise<readonly string[]> {
  const names = new Set<string>();
  for (let hostPath = fromHostPath; ; hostPath = dirname(hostPath)) {
    for (const name of await readdir(join(hostPath, labsDirectoryName)).catch((): string[] => [])) {
      if (isLabName(name) && (await mayAccess(planLabPlace(hostPath, name).stateHostPath))) names.add(name);
    }
    if (dirname(hostPath) === hostPath) return [...names].sort();
  }
}
