import { cutText } from '../bounds/cut-text.ts';
import type { EventBody } from '../event.ts';
import type { Check, Verdict } from '../verdict/verdict.ts';
import { kindOfCommand } from './guide.ts';
import type { CommandKind } from './guide.ts';

/** What a runbook needs of the run of its drill; made of events, one after the other. */
export interface RehearsalRecord {
  readonly verdict: Verdict | null;
  readonly summary: string | null;
  readonly checks: readonly Check[];
  /** What commands of the procedure printed, by their kind, the first first. */
  readonly printed: ReadonlyMap<CommandKind, readonly string[]>;
  /** The kernel and the tools that it ran on: `trixie (linux-image-cloud-amd64 6.12.118-1)`. */
  readonly kernel: string | null;
  readonly tools: string | null;
  readonly step: string | null;
}

/** The record of a drill that has not begun. */
export const emptyRecord: RehearsalRecord = {
  verdict: null,
  summary: null,
  checks: [],
  printed: new Map(),
  kernel: null,
  tools: null,
  step: null,
};

/** As much as a runbook shows of the output of one command, characters. */
const mostChars = 2000;

/** Adds an event of the drill; `steps` are those of the procedure. */
export function addToRecord(record: RehearsalRecord, event: EventBody, steps: ReadonlySet<string>): RehearsalRecord {
  switch (event.type) {
    case 'step-started':
      return { ...record, step: event.step };
    case 'step-ended':
      return { ...record, step: null };
    case 'check-judged':
      return { ...record, checks: [...record.checks, event.check] };
    case 'verdict-reached':
      return { ...record, verdict: event.verdict, summary: event.summary };
    case 'image-ready':
      if (event.kind === 'kernel') return { ...record, kernel: event.description };
      return event.kind === 'tools' ? { ...record, tools: event.description } : record;
    case 'command-ended': {
      const kind = record.step !== null && steps.has(record.step) ? kindOfCommand(event.argv) : undefined;
      if (kind === undefined) return record;
      const said = cutText(`${event.stdout}${event.stderr}`, mostChars);
      return { ...record, printed: new Map([...record.printed, [kind, [...(record.printed.get(kind) ?? []), said]]]) };
    }
    default:
      return record;
  }
}
