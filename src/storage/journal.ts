import { readFile } from 'node:fs/promises';
import { journalRecordBytes } from '../core/journal/journal-record.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { command } from '../core/plan/command.ts';
import { withDeadline } from '../machine/context.ts';
import type { Context } from '../machine/context.ts';
import type { CommandResult, GuestProcess } from '../machine/guest.ts';
import type { Machine } from '../machine/machine.ts';
import { said, typeCommand } from './type-command.ts';

/** What the live writer of one segment reported, as the host received it. */
export interface JournalRecord {
  readonly segment: number;
  /** The segment's place in the guest. */
  readonly guestPath: string;
  /** Records whose fsync returned 0 before the host learned of them: each must be there, whatever happened since. */
  readonly acknowledged: number;
  /** Bytes of one record. */
  readonly recordBytes: number;
  /** What the writer reported about failed writes: an application would have seen these errors. */
  readonly errors: readonly string[];
}

/** A running live writer. Disposing it stops listening; `stop` ends the writer itself. */
export interface Journal extends Disposable {
  /** What is acknowledged so far. */
  record(): JournalRecord;
  /**
   * Resolves when at least `count` more records than now are acknowledged, or a write has failed; rejects after `timeoutMs`, when writer
   * or machine end, and with `guest/output-not-understood` for a line that the writer never prints.
   */
  waitForMore(ctx: Context, count: number, timeoutMs: number): Promise<void>;
  /** Ends the writer and waits for its end; rejects with `guest/output-not-understood` as `waitForMore` does. */
  stop(ctx: Context): Promise<void>;
}

const programGuestPath = '/run/raidlab-journal-writer';
const portGuestPath = '/dev/virtio-ports/org.raidlab.journal';
/** The directory on the array for the live writer's records. */
export const journalDirectory = 'journal';

const stopTimeoutMs = 60_000;

/**
 * Starts the live writer on a new segment: it appends a record, calls fsync, reports the record as durable, and repeats. `seed` and
 * `segment` determine the bytes of every record, so the host can check them without having seen them. `below` is a directory on the
 * array.
 */
export async function startJournal(
  ctx: Context,
  machine: Machine,
  options: { readonly seed: string; readonly segment: number; readonly below: string },
): Promise<Journal> {
  const { seed, segment, below } = options;
  const { guest } = machine;
  const directoryGuestPath = `${below}/${journalDirectory}`;
  const guestPath = `${directoryGuestPath}/segment-${String(segment)}`;
  const program = await readFile(new URL('guest-programs/journal-writer.pl', import.meta.url));
  await guest.writeFile(ctx, programGuestPath, program, 0o755);
  await typeCommand(ctx, guest, command('mkdir', '-p', directoryGuestPath));
  const ear = listen(machine, segment);
  const process = await guest.start(ctx, [programGuestPath, guestPath, seed, String(segment), portGuestPath]);
  return {
    record: () => ({ segment, guestPath, acknowledged: ear.acknowledged(), recordBytes: journalRecordBytes, errors: ear.errors() }),
    waitForMore: async (waitCtx, count, timeoutMs) => ear.waitFor(waitCtx, process, ear.acknowledged() + count, timeoutMs),
    stop: async (stopCtx) => {
      await stopWriter(stopCtx, machine, process);
      ear.requireKnown();
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
  /** Throws after a line that the writer never prints: then it is unknown what is acknowledged. */
  requireKnown(): void;
  waitFor(ctx: Context, writer: GuestProcess, count: number, timeoutMs: number): Promise<void>;
}

/** How many failed writes are reported one by one. */
const mostErrors = 100;

/** Whose line it is, and what a writer prints: `durable SEGMENT I` (0-based), `failed SEGMENT I ERRNO`, `stopped SEGMENT N`. */
const lineForm = /^(durable|failed|stopped) (\d{1,9}) (\d{1,9})(?: (\d{1,4}))?$/u;

/** Listens on the journal port. Anybody in the guest may write there: lines from anything else than this writer are ignored. */
function listen(machine: Machine, segment: number): Ear {
  let acknowledged = 0;
  let failed = 0;
  let strange: string | undefined;
  const errors: string[] = [];
  const requireKnown = (): void => {
    if (strange === undefined) return;
    const message = `the port of the live writer said ${JSON.stringify(strange.slice(0, 200))}`;
    const argv = [programGuestPath];
    throw new RaidlabError({ area: 'guest', reason: 'output-not-understood', machine: machine.name, argv, message });
  };
  const wakers = new Set<(value: undefined) => void>();
  const listener = machine.onJournalLine((line) => {
    if (line.split(' ', 2)[1] !== String(segment)) return;
    const [, word, , index, errno] = lineForm.exec(line) ?? [];
    // A failed record leaves a gap: acknowledgements after it do not count, and the failure itself is a finding.
    if (word === 'durable') acknowledged += Number(index) === acknowledged ? 1 : 0;
    else if (word === 'failed' && errno !== undefined) {
      failed += 1;
      if (failed <= mostErrors) errors.push(`record ${String(index)} could not be written (errno ${errno})`);
    } else if (word !== 'stopped') strange ??= line;
    for (const wake of wakers) wake(undefined);
  });
  return {
    acknowledged: () => acknowledged,
    errors: () => (failed > mostErrors ? [...errors, `${String(failed - mostErrors)} more could not be written`] : errors),
    requireKnown,
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
        for (;;) {
          requireKnown();
          // A failed write is a finding, and no later record counts: there is nothing more to wait for.
          if (acknowledged >= count || failed > 0) return;
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
