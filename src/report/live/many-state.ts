import { emptyResult } from '../drill/result.ts';
import type { RunResult } from '../drill/result.ts';
import type { TerminalOptions } from './terminal-state.ts';

/** What a drill is at now. */
export interface JobActivity {
  readonly job: string;
  /** The step that is going on, or what comes before the first. */
  readonly title: string;
  /** How far it is, 0 to 1; null when that is not known. */
  readonly fraction: number | null;
  /** When the drill began, milliseconds since 1970. */
  readonly startedMs: number;
}

/** What the terminal report of several drills remembers between events. */
export interface ManyState {
  readonly options: TerminalOptions;
  readonly result: RunResult;
  readonly limit: number;
  readonly directory: string | null;
  readonly startedMs: number;
  /** The drills that run, those that began first in front. */
  readonly running: readonly JobActivity[];
  /** How many drills are over. */
  readonly ended: number;
  /** How many have been told: one that ends before those that stand before it is held back. */
  readonly told: number;
  /** What was told of images, accelerator and the like, so that it is told once though every drill comes by it. */
  readonly facts: readonly string[];
  /** The part of the report that the last kept line belongs to; an empty line stands between parts. */
  readonly part: 'nothing' | 'header' | 'drills' | 'end';
}

/** What a report of several drills begins with. */
export function startMany(options: TerminalOptions): ManyState {
  return {
    options,
    result: emptyResult,
    limit: 1,
    directory: null,
    startedMs: 0,
    running: [],
    ended: 0,
    told: 0,
    facts: [],
    part: 'nothing',
  };
}
