import { readFile, stat } from 'node:fs/promises';

/**
 * A process that cannot be mistaken for a later one: process ids are reused, but a pid with its start time on one boot of the host is
 * unique. Shape of `qemu.json` and `owner.json` in scratch directories.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot: field 22 of /proc/PID/stat, see proc_pid_stat(5). */
  readonly startTime: string;
  /** /proc/sys/kernel/random/boot_id at that time. */
  readonly bootId: string;
}

/**
 * Parses the start time from a /proc/PID/stat. The command name may itself contain spaces and brackets, so fields are counted from the
 * last bracket. Undefined when there is no such field.
 */
export function parseProcessStartTime(stat: string): string | undefined {
  const afterName = stat.slice(stat.lastIndexOf(')') + 1).trim();
  // Field 3 (state) comes first here, so field 22 is at 19.
  const field = afterName.split(' ')[19];
  return field !== undefined && /^\d+$/.test(field) ? field : undefined;
}

/** Gives the id of this boot of the host: random(4). */
export async function readBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** Gives the identity of a running process, or undefined when there is none with that pid (a zombie counts as ended). */
export async function readProcessIdentity(pid: number): Promise<ProcessIdentity | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const startTime = parseProcessStartTime(stat);
  const isZombie = /^\s*[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 1));
  if (startTime === undefined || isZombie) return undefined;
  return { pid, startTime, bootId: await readBootId() };
}

/** Tells whether exactly that process still runs. */
export async function isProcessAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await readProcessIdentity(identity.pid);
  return now?.startTime === identity.startTime && now.bootId === identity.bootId;
}

/**
 * Tells whether the process named in a file still exists, belongs to this user, and has the expected command line. A file may be older
 * than the process, or a stranger's: only a proven process is killed.
 */
export async function isOwnProcess(identity: ProcessIdentity, isExpected: (argv: readonly string[]) => boolean): Promise<boolean> {
  const procHostPath = `/proc/${String(identity.pid)}`;
  const status = await stat(procHostPath).catch(() => undefined);
  const commandLine = await readFile(`${procHostPath}/cmdline`, 'utf8').catch(() => '');
  // Checked last: if the process still lives, everything read above is its own.
  return status?.uid === process.getuid?.() && isExpected(commandLine.split('\0')) && (await isProcessAlive(identity));
}
