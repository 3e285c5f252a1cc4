import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { harmlessJson } from '../../core/text/harmless-text.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { openAppendFile, openCappedFile } from '../../machine/files/append-file.ts';
import type { AppendFile } from '../../machine/files/append-file.ts';
import { leftOutAsJson } from '../../machine/files/evidence-file.ts';
import type { RunResult } from '../../report/drill/result.ts';

/**
 * Where a run leaves its evidence: `raidlab-results/<run>/`, with `latest` pointing to the newest.
 *
 *     events.ndjson                 every event, a line each, written before anything else is done with it; of a flood the beginning
 *     result.json                   the run in one document
 *     <job>/<machine>/              console.log, qmp.ndjson (the machine writes them), commands.ndjson
 *
 * Writing is synchronous and append-only: what happened is on disk when the process dies. What a guest makes grow has a cap.
 */
export interface RunDirectory {
  readonly hostPath: string;
  /** Appends an event; throws `disk-full` or `not-writable`, with no half line left. */
  record(event: RecordedEvent): void;
  /** How many events were left out of events.ndjson because it is full. */
  leftOut(): number;
  /** Makes the folder of a job and gives its path; throws `disk-full` or `not-writable`. */
  openJob(job: string): string;
  /** Writes result.json, atomically. */
  writeResult(result: RunResult): void;
  /** Gives back the space that was kept for the last words of a run on a full disk. */
  releaseReserve(): void;
  /** Closes its files. */
  close(): void;
}

/** Space kept for the end of a run on a full disk, bytes: a failure, an ending and a result with a kernel's call trace. */
const reserveBytes = 256 * 1024;

/** As much as events.ndjson may be before what guests make happen as often as they like is left out of it. A drill has 1 MB. */
const mostEventBytes = 64 * 1024 * 1024;
/** What guests make happen as often as they like. */
export const guestTalk: ReadonlySet<RecordedEvent['type']> = new Set([
  'console-line-seen',
  'command-started',
  'command-typed',
  'command-ended',
]);

/** Gives the name of a run: when, what, and four letters so that two of the same second differ. */
export function nameRun(startedAt: Date, what: string): string {
  const time = startedAt
    .toISOString()
    .replace(/\.\d+Z$/u, 'Z')
    .replaceAll(/[-:]/gu, '');
  return `${time}-${what}-${randomBytes(2).toString('hex')}`;
}

/** Makes the directory of a run, mode 0700, and points `latest` to it. Throws `not-writable` or `disk-full`. */
export function createRunDirectory(resultsHostPath: string, run: string, mostBytes = mostEventBytes): RunDirectory {
  const hostPath = join(resultsHostPath, run);
  const files = new Map<string, AppendFile>();
  const reserveHostPath = join(hostPath, '.reserve');
  let leftOut = 0;
  const opened = (fileHostPath: string, open: (hostPath: string) => AppendFile): AppendFile => {
    const file = files.get(fileHostPath) ?? open(fileHostPath);
    files.set(fileHostPath, file);
    return file;
  };
  attempt(resultsHostPath, 'making the directory of the run', () => {
    mkdirSync(resultsHostPath, { recursive: true, mode: 0o700 });
    mkdirSync(hostPath, { mode: 0o700 });
    // Random, so that no filesystem stores it in less space than it stands for.
    writeFileSync(reserveHostPath, randomBytes(reserveBytes), { mode: 0o600 });
  });
  pointLatestTo(resultsHostPath, run);

  return {
    hostPath,
    record: (event) => {
      attempt(hostPath, 'recording an event', () => {
        const events = opened(join(hostPath, 'events.ndjson'), openAppendFile);
        const line = lineOf(event);
        if (guestTalk.has(event.type) && events.sizeBytes() + line.length > mostBytes) leftOut += 1;
        else events.append(line);
        if (event.type !== 'command-ended') return;
        const { job = '', machine, at, argv, exitCode, durationMs, stdout, stderr } = event;
        const machineHostPath = join(hostPath, job, machine);
        mkdirSync(machineHostPath, { recursive: true, mode: 0o700 });
        const commands = opened(join(machineHostPath, 'commands.ndjson'), (each) => openCappedFile(each, leftOutAsJson));
        commands.append(lineOf({ at, argv, exitCode, durationMs, stdout, stderr }));
      });
    },
    leftOut: () => leftOut,
    openJob: (job) => {
      const jobHostPath = join(hostPath, job);
      attempt(jobHostPath, 'making the folder of a drill', () => {
        mkdirSync(jobHostPath, { mode: 0o700 });
      });
      return jobHostPath;
    },
    writeResult: (result) => {
      attempt(hostPath, 'writing result.json', () => {
        const halfHostPath = join(hostPath, '.result.json');
        writeFileSync(halfHostPath, `${harmlessJson(result, 2)}\n`, { mode: 0o600 });
        renameSync(halfHostPath, join(hostPath, 'result.json'));
      });
    },
    releaseReserve: () => {
      rmSync(reserveHostPath, { force: true });
    },
    close: () => {
      for (const file of files.values()) file[Symbol.dispose]();
      files.clear();
    },
  };
}

function lineOf(record: unknown): Uint8Array {
  return Buffer.from(`${harmlessJson(record)}\n`);
}

/** Swaps the link in one step, so that whoever follows it finds a run. A `latest` that is no link is the person's own: left alone. */
function pointLatestTo(resultsHostPath: string, run: string): void {
  const newLinkHostPath = join(resultsHostPath, `.latest-${run}`);
  try {
    symlinkSync(run, newLinkHostPath);
    renameSync(newLinkHostPath, join(resultsHostPath, 'latest'));
  } catch {
    try {
      unlinkSync(newLinkHostPath);
    } catch {
      // A filesystem without links: there was nothing to take away.
    }
  }
}

function attempt(hostPath: string, doing: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new RaidlabError({ area: 'host', reason: 'disk-full', hostPath, doing }, { cause: error });
    throw new RaidlabError(
      { area: 'host', reason: 'not-writable', hostPath, purpose: 'the results of the run', said: message },
      { cause: error },
    );
  }
}
