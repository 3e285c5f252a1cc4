// What boots of installed systems came to, run by run: bench/boot-results.json, which grows, and what is still missing in it.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BootEnd } from '../src/core/boot/boot-word.ts';
import { lostRaceIssue } from '../src/core/boot/lost-race.ts';
import type { RecordedEvent } from '../src/core/event.ts';
import { encryptions } from '../src/core/layout/layout.ts';
import type { Encryption } from '../src/core/layout/layout.ts';
import { wordOfOutcome } from '../src/report/drill/outcome-word.ts';
import type { OutcomeWord } from '../src/report/drill/outcome-word.ts';
import { addToResult, emptyResult } from '../src/report/drill/result.ts';
import type { ImageRun } from './boot-image.ts';

/** One thing that is booted: a drill or its twin, on an installed system, with or without containers. */
export interface BootCase {
  readonly suite: string;
  /** What makes its initramfs. */
  readonly maker: string;
  readonly encryption: Encryption;
  readonly drill: string;
  readonly isTwin: boolean;
}

/** A case that was run once. */
export interface BootRun extends BootCase {
  readonly outcome: OutcomeWord;
  readonly verdict: string | null;
  readonly brokenChecks: readonly string[];
  /** There when its last boot has lost the race of two members (docs/boot.md). */
  readonly lostRace?: true;
  /** Where the last boot ended, the one that is judged; null: nowhere within its limit, undefined: there was none. */
  readonly end?: BootEnd | null;
  /** From power-on to there, milliseconds. */
  readonly bootMs?: number;
  readonly durationMs: number | null;
  /** The system, with its versions. */
  readonly system: string;
  readonly raidlab: string;
  readonly at: string | null;
}

/** Everything that was measured. */
export interface BootResults {
  readonly v: 1;
  readonly runs: readonly BootRun[];
  readonly images: readonly ImageRun[];
}

const hostPath = path.resolve(import.meta.dirname, 'boot-results.json');

/** Reads what there is. */
export function readBootResults(): BootResults {
  if (!existsSync(hostPath)) return { v: 1, runs: [], images: [] };
  return JSON.parse(readFileSync(hostPath, 'utf8')) as BootResults;
}

/** Writes what there is, whole or not at all; a line for each run. */
export function writeBootResults({ runs, images }: BootResults): void {
  const rows = (items: readonly unknown[]): string => items.map((item) => `\n    ${JSON.stringify(item)}`).join(',');
  writeFileSync(`${hostPath}.new`, `{\n  "v": 1,\n  "runs": [${rows(runs)}\n  ],\n  "images": [${rows(images)}\n  ]\n}\n`);
  renameSync(`${hostPath}.new`, hostPath);
}

/** Tells whether two cases are the same. */
export function isSameCase(one: BootCase, other: BootCase): boolean {
  return (
    one.suite === other.suite &&
    one.maker === other.maker &&
    one.encryption === other.encryption &&
    one.drill === other.drill &&
    one.isTwin === other.isTwin
  );
}

/** Gives what the drills of a run came to that booted an installed system, from its events; what was interrupted is not among them. */
export function bootRunsOf(events: readonly RecordedEvent[]): readonly BootRun[] {
  const { drills, versions } = events.reduce(addToResult, emptyResult);
  return drills.flatMap((drill) => {
    const suite = drill.kernel;
    const system = Object.entries(versions.images).find(([name]) => name.startsWith(`installed system of ${suite}`))?.[1];
    if (system === undefined || drill.exitCode === null || wordOfOutcome(drill) === 'interrupted') return [];
    const boot = events.findLast((event) => event.type === 'boot-ended' && event.job === drill.job);
    const run: BootRun = {
      suite,
      maker: /\b(?:initramfs-tools|dracut)\b/u.exec(system)?.[0] ?? '',
      encryption: encryptions.find((encryption) => drill.layout.includes(encryption.toUpperCase())) ?? 'none',
      drill: drill.drill,
      isTwin: drill.isTwin,
      outcome: wordOfOutcome(drill),
      verdict: drill.verdict,
      brokenChecks: drill.checks.filter((check) => check.outcome === 'broken').map((check) => check.name),
      ...(events.some((event) => event.job === drill.job && tellsOfLostRace(event)) ? { lostRace: true } : {}),
      ...(boot?.type === 'boot-ended' ? { end: boot.end, bootMs: Math.round(boot.afterMs) } : {}),
      durationMs: drill.durationMs === null ? null : Math.round(drill.durationMs),
      system,
      raidlab: versions.raidlab,
      at: drill.startedAt,
    };
    return [run];
  });
}

function tellsOfLostRace(event: RecordedEvent): boolean {
  const said = event.type === 'check-judged' ? event.check.evidence : event.type === 'run-failed' ? [event.description.said ?? ''] : [];
  return said.some((line) => line.includes(lostRaceIssue));
}
