import { lstat, readFile, readlink, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { count, fields, list, matching, text, tryJson } from '../../core/parsing/json-shape.ts';
import type { Shape } from '../../core/parsing/json-shape.ts';
import { isProcessAlive, readProcessIdentity } from '../process/process-identity.ts';
import type { ProcessIdentity } from '../process/process-identity.ts';
import { hasErrorCode } from './file-failure.ts';

/** The raidlab process that a lock or a directory belongs to. */
export interface Owner extends ProcessIdentity {
  /** Distinguishes containers on one host, whose pids are meaningless to each other. */
  readonly pidNamespace: string;
  /** Distinguishes hosts that share a home directory. */
  readonly hostName: string;
  /** Directories elsewhere that belong to the same owner and go with it. */
  readonly outsideHostPaths: readonly string[];
}

/** `unknown` when the owner is in another container or on another host, where we cannot see it. */
export type OwnerState = 'alive' | 'dead' | 'unknown';

/** Gives this process as an owner. */
export async function currentOwner(): Promise<Owner> {
  const identity = await readProcessIdentity(process.pid);
  if (identity === undefined) throw new Error('/proc/PID/stat of this process cannot be read');
  return { ...identity, pidNamespace: await readlink('/proc/self/ns/pid'), hostName: hostname(), outsideHostPaths: [] };
}

/** Tells whether an owner still runs. After a reboot of this host all previous owners are dead. */
export async function judgeOwner(owner: Owner, self: Owner): Promise<OwnerState> {
  if (owner.hostName !== self.hostName) return 'unknown';
  if (owner.bootId !== self.bootId) return 'dead';
  if (owner.pidNamespace !== self.pidNamespace) return 'unknown';
  return (await isProcessAlive(owner)) ? 'alive' : 'dead';
}

/**
 * Tells whether something may be removed: its owner is dead, or cannot be judged from here (another container or host shares the cache,
 * or the record is incomplete) and nothing has changed for `strangerAgeMs`.
 */
export async function isAbandoned(hostPath: string, owner: Owner | undefined, self: Owner, strangerAgeMs: number): Promise<boolean> {
  const state = owner === undefined ? 'unknown' : await judgeOwner(owner, self);
  if (state !== 'unknown') return state === 'dead';
  const status = await lstat(hostPath).catch(() => undefined);
  return status !== undefined && Date.now() - status.mtimeMs > strangerAgeMs;
}

/** Reads an owner file; undefined when it does not exist or is not one. */
export async function readOwner(hostPath: string): Promise<Owner | undefined> {
  try {
    return parseOwner(await readFile(hostPath, 'utf8'));
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Writes an owner file; concurrent readers see the old text or the new one. */
export async function writeOwner(hostPath: string, owner: Owner): Promise<void> {
  await writeFile(`${hostPath}.new`, formatOwner(owner));
  await rename(`${hostPath}.new`, hostPath);
}

/** Gives the text of an owner file. */
export function formatOwner(owner: Owner): string {
  return `${JSON.stringify(owner)}\n`;
}

const something = matching(/./su, 'a text that says something');

/** The identity of an owning process. */
export const ownerShape: Shape<Owner> = fields({
  pid: count(2),
  startTime: something,
  bootId: something,
  pidNamespace: something,
  hostName: something,
  outsideHostPaths: list(text),
});

/** Parses an owner file; undefined when it is incomplete. */
export function parseOwner(json: string): Owner | undefined {
  return tryJson(ownerShape, json);
}
