import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFailure, RaidlabError } from '../../core/failure/failure.ts';
import type { Failure } from '../../core/failure/failure.ts';
import type { FailureDescription } from '../../core/failure/description.ts';

/** An error as it is told: to a person, and in `run-failed`. */
export interface DescribedError {
  readonly area: Failure['area'];
  readonly reason: Failure['reason'];
  readonly description: FailureDescription;
}

/**
 * Describes anything that was thrown. What is not a RaidlabError is a bug of ours: its trace goes to `trace.txt` in `directoryHostPath`,
 * or in a new directory, and the description says where.
 */
export function describeError(error: unknown, directoryHostPath?: string): DescribedError {
  if (error instanceof RaidlabError) {
    const { failure } = error;
    return { area: failure.area, reason: failure.reason, description: describeFailure(failure) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const failure = { area: 'host', reason: 'internal', message } as const;
  return {
    area: failure.area,
    reason: failure.reason,
    description: { ...describeFailure(failure), said: writeTrace(error, directoryHostPath) },
  };
}

function writeTrace(error: unknown, directoryHostPath: string | undefined): string {
  const trace = error instanceof Error ? traceOf(error) : `thrown: ${String(error)}`;
  try {
    const traceHostPath = join(directoryHostPath ?? mkdtempSync(join(tmpdir(), 'raidlab-')), 'trace.txt');
    writeFileSync(traceHostPath, `${trace}\n`, { mode: 0o600 });
    return `the trace is in ${traceHostPath}`;
  } catch {
    // If nothing can be written, print the trace itself.
    return trace;
  }
}

function traceOf(error: Error): string {
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause instanceof Error ? `${stack}\ncaused by ${traceOf(error.cause)}` : stack;
}
