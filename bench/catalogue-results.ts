// The result of the catalogue, run by run: bench/catalogue-results.json, which grows and is merged, and what is still missing in it.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RecordedEvent } from '../src/core/event.ts';
import { wordOfOutcome } from '../src/report/drill/outcome-word.ts';
import type { OutcomeWord } from '../src/report/drill/outcome-word.ts';
import { addToResult, emptyResult } from '../src/report/drill/result.ts';

/** What a series of runs is about: a kernel and tools, drills or their twins, on the drills' own layouts or a named one. */
export interface Series {
  readonly kernel: string;
  readonly tools: string;
  readonly isTwin: boolean;
  /** `own`, or what `--layout` was. */
  readonly layout: string;
}

/** One drill that was run once. */
export interface CatalogueRun extends Series {
  readonly drill: string;
  readonly outcome: OutcomeWord;
  readonly verdict: string | null;
  readonly summary: string | null;
  readonly brokenChecks: readonly string[];
  /** What was expected to be broken; empty where nothing but `held` was expected. */
  readonly expectedChecks: readonly string[];
  readonly surprises: readonly string[] | null;
  readonly durationMs: number | null;
  /** As `uname -r`. */
  readonly release: string | null;
  readonly raidlab: string;
  readonly at: string | null;
}

/** One invocation of raidlab: many drills. */
export interface CatalogueSession extends Series {
  readonly drills: number;
  readonly jobs: number;
  readonly wallMs: number;
  /** The drills one by one, milliseconds. */
  readonly sumMs: number;
  readonly exitCode: number;
  readonly at: string;
}

/** Everything that was measured. */
export interface CatalogueResults {
  readonly v: 1;
  readonly runs: readonly CatalogueRun[];
  readonly sessions: readonly CatalogueSession[];
}

const hostPath = path.resolve(import.meta.dirname, 'catalogue-results.json');

/** Reads what there is. */
export function readResults(): CatalogueResults {
  if (!existsSync(hostPath)) return { v: 1, runs: [], sessions: [] };
  return JSON.parse(readFileSync(hostPath, 'utf8')) as CatalogueResults;
}

/** Writes what there is, whole or not at all; a line for each run, so that a change of one is a line in Git. */
export function writeResults({ runs, sessions }: CatalogueResults): void {
  const rows = (items: readonly unknown[]): string => items.map((item) => `\n    ${JSON.stringify(item)}`).join(',');
  writeFileSync(`${hostPath}.new`, `{\n  "v": 1,\n  "runs": [${rows(runs)}\n  ],\n  "sessions": [${rows(sessions)}\n  ]\n}\n`);
  renameSync(`${hostPath}.new`, hostPath);
}

/** Tells whether something belongs to a series. */
export function isOf(series: Series, { kernel, tools, isTwin, layout }: Series): boolean {
  return series.kernel === kernel && series.tools === tools && series.isTwin === isTwin && series.layout === layout;
}

/** Gives the drills that have fewer than so many runs of a series. */
export function missingDrills(results: CatalogueResults, series: Series, drills: readonly string[], rounds: number): readonly string[] {
  return drills.filter((drill) => results.runs.filter((run) => run.drill === drill && isOf(series, run)).length < rounds);
}

/** Gives the runs of drills that were over, from the events of an invocation; one that was interrupted is not among them. */
export function runsOf(series: Series, events: readonly RecordedEvent[]): readonly CatalogueRun[] {
  const result = events.reduce(addToResult, emptyResult);
  return result.drills
    .filter((drill) => drill.exitCode !== null && wordOfOutcome(drill) !== 'interrupted')
    .map((drill) => {
      const booted = events.find((event) => event.type === 'machine-booted' && event.job === drill.job);
      return {
        ...series,
        drill: drill.drill,
        outcome: wordOfOutcome(drill),
        verdict: drill.verdict,
        summary: drill.summary,
        brokenChecks: drill.checks.filter((check) => check.outcome === 'broken').map((check) => check.name),
        expectedChecks: drill.expectation?.breaks ?? [],
        surprises: drill.surprises,
        durationMs: drill.durationMs === null ? null : Math.round(drill.durationMs),
        release: booted?.type === 'machine-booted' ? booted.kernel : null,
        raidlab: result.versions.raidlab,
        at: drill.startedAt,
      };
    });
}
