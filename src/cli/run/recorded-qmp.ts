import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { oldFileOf } from '../../machine/files/append-file.ts';
import { readQmpRecord } from '../../view/model/trace/qmp-record.ts';
import type { QmpRecord, QmpTranscript } from '../../view/model/trace/qmp-record.ts';
import { readLines } from './file-lines.ts';

/**
 * Reads what raidlab said to QEMU in a run, and it to raidlab, by the folders of its drills: of each the newest, `mostChars` at most.
 * A folder or file that cannot be read has none: no report fails for the want of it.
 */
export function readRecordedQmp(runHostPath: string, mostChars: number): ReadonlyMap<string, QmpRecord> {
  return new Map(
    foldersIn(runHostPath).map((job) => {
      const jobHostPath = join(runHostPath, job);
      const transcripts = foldersIn(jobHostPath).map((machine) => readEnd(machine, join(jobHostPath, machine, 'qmp.ndjson'), mostChars));
      return [job, readQmpRecord(transcripts, mostChars)];
    }),
  );
}

/** Only folders themselves: a link in a run that a stranger sent leads nowhere. */
function foldersIn(hostPath: string): readonly string[] {
  try {
    return readdirSync(hostPath, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

/** Reads the end of a transcript, which a flood has begun anew. */
function readEnd(machine: string, hostPath: string, mostBytes: number): QmpTranscript {
  let lines: readonly string[] = [];
  let leftOutBytes = 0;
  let room = mostBytes;
  for (const each of [hostPath, oldFileOf(hostPath)]) {
    const size = statSync(each, { throwIfNoEntry: false })?.size ?? 0;
    const from = Math.max(0, size - room);
    room = Math.max(0, room - size);
    leftOutBytes += from;
    if (from === size) continue;
    try {
      lines = [...readLines(each, from), ...lines];
    } catch {
      leftOutBytes += size - from;
    }
  }
  return { machine, lines, leftOutBytes };
}
