import { readFile } from 'node:fs/promises';
import { journalRecordBytes } from '../core/journal/journal-record.ts';
import { RaidlabError } from '../core/failure.ts';
import { arrayGuestPath } from '../core/layout.ts';
import { command } from '../core/plan/command.ts';
import { withDeadline } from '../machine/context.ts';
import type { Context } from '../machine/context.ts';
import type { CommandResult, GuestProcess } from '../machine/guest.ts';
import type { Machine } from '../machine/machine.ts';
import { said, typeCommand } from './type-command.ts';

/** What the live writer of one segment was told, as the host heard it. */
export interface JournalRecord {
  readonly segment: number;
  /** Where the guest has the segment. */
  readonly guestPath: string;
  /** Records whose fsync returned 0 before the host heard of it: each must be there, whatever happened since. */
  readonly acknowledged: number;
  /** Bytes of one record. */
  readonly recordBytes: number;
  /** What the writer said of writes that failed: an application would have seen these errors. */
  readonly errors: readonly string[];
}

/** A live writer at work. Dispose it to stop listening; `stop` ends the writer itself. */
export interface Journal extends Disposable {
  /** What is acknowledged so far. */
  record(): JournalRecord;
  /** Resolves when at least `count` more records than now are acknowledged, or a write has failed; rejects after `timeoutMs`, and when writer or machine end. */
  waitForMore(ctx: Context, count: number, timeoutMs: number): Promise<void>;
  /** Ends the writer and waits for its end. */
  stop(ctx: Context): Promise<void>;
}

const programGuestPath = '/run/raidlab-journal-writer';
const portGuestPath = '/dev/virtio-ports/org.raidlab.journal';
const journalDirectoryGuestPath = `${arrayGuestPath}/journal`;
const stopTimeoutMs = 60_000;

/**
 * Starts the live writer on a new segment: it appends a record, calls fsync, reports the record as durable, again and again.
 *
 * `seed` and `segment` decide the bytes of every record, so the host can check them without having seen them.
 */
export async function startJournal(
  ctx: Context,
  machine: Machine,
  options: { readonly seed: string; readonly segment: number },
): Promise<Journal> {
  const { seed, segment } = options;
  const { guest } = machine;
  const guestPath = `${journalDirectoryGuestPath}/segment-${String(segment)}`;
  const program = await readFile(new URL('guest-programs/journal-writer.pl', import.meta.url));
  await guest.writeFile(ctx, programGuestPath, program, 0o755);
  await typeCommand(ctx, guest, command('mkdir', '-p', journalDirectoryGuestPath));
  const ear = listen(machine, segment);
  const process = await guest.start(ctx, [programGuestPath, guestPath, seed, String(segment), portGuestPath]);
  return {
    record: () => ({ segment, guestPath, acknowledged: ear.acknowledged(), recordBytes: journalRecordBytes, errors: ear.errors() }),
    waitForMore: async (waitCtx, count, timeoutMs) => ear.waitFor(waitCtx, process, ear.acknowledged() + count, timeoutMs),
    stop: async (stopCtx) => {
      await stopWriter(stopCtx, machine, process);
    },
    [Symbol.dispose]: () => {
      ear[Symbol.dispose]();
    },
  };
}

async function stopWriter(ctx: Context, machine: Machine, process: GuestProcess): Promise<void> {
  await machine.guest.run(ctx, ['kill', '-TERM', String(process.pid)]);
  await process.wait(ctx, stopTimeoutMs);
}

interface Ear extends Disposable {
  acknowledged(): number;
  errors(): readonly string[];
  waitFor(ctx: Context, writer: GuestProcess, count: number, timeoutMs: number): Promise<void>;
}

/** Listens on the journal port. Lines: `durable SEGMENT I` (0-based), `failed SEGMENT I ERRNO`, `stopped SEGMENT N`. */
function listen(machine: Machine, segment: number): Ear {
  let acknowledged = 0;
  const errors: string[] = [];
  const wakers = new Set<(value: undefined) => void>();
  const listener = machine.onJournalLine((line) => {
    const [word, lineSegment, index, errno] = line.split(' ');
    if (lineSegment !== String(segment)) return;
    // Behind a record that failed there is a gap: what is acknowledged behind it is not counted, the failure is a finding by itself.
    if (word === 'durable') acknowledged += Number(index) === acknowledged ? 1 : 0;
    else if (word === 'failed') errors.push(`record ${String(index)} could not be written (errno ${String(errno)})`);
    else if (word !== 'stopped')
      throw new RaidlabError({ area: 'host', reason: 'internal', message: `the live writer said ${JSON.stringify(line)}` });
    for (const wake of wakers) wake(undefined);
  });
  return {
    acknowledged: () => acknowledged,
    errors: () => errors,
    waitFor: async (ctx, writer, count, timeoutMs) => {
      using limited = withDeadline(
        ctx,
        `the live writer to have ${String(count)} records on the array`,
        timeoutMs,
        () => `${String(acknowledged)} records`,
      );
      const over = new AbortController();
      const watching: Context = { ...limited, signal: AbortSignal.any([limited.signal, over.signal]) };
      // A writer that ended reports no more; a dead machine, a crashed kernel and the deadline reject here too.
      const lost = writer.wait(watching, Number.POSITIVE_INFINITY).then((result) => {
        throw writerEnded(machine, result);
      });
      lost.catch(() => undefined);
      try {
        // A failed write is a finding, and no record behind it counts: there is nothing more to wait for.
        while (acknowledged < count && errors.length === 0) {
          const heard = Promise.withResolvers<undefined>();
          wakers.add(heard.resolve);
          await Promise.race([heard.promise, lost]).finally(() => wakers.delete(heard.resolve));
        }
      } finally {
        over.abort();
      }
    },
    [Symbol.dispose]: () => {
      listener[Symbol.dispose]();
    },
  };
}

function writerEnded(machine: Machine, result: CommandResult): RaidlabError {
  const { argv, exitCode } = result;
  return new RaidlabError({ area: 'guest', reason: 'command-failed', machine: machine.name, argv, exitCode, said: said(result) });
}
