import type { Check } from '../../core/verdict/verdict.ts';
import { commandRuns } from './command-runs.ts';
import type { CommandRun } from './command-runs.ts';
import { stepSpans } from './step-spans.ts';
import type { StepSpan } from './step-spans.ts';
import type { TimedEvent } from './timed-event.ts';

/** One side of a step: a drill's, or its twin's. */
export interface StepSide {
  readonly step: StepSpan;
  /** What was typed in it, and what was done to disks, in order. */
  readonly acts: readonly string[];
}

/** A step of a drill and its twin, side by side. */
export interface StepPair {
  readonly name: string;
  readonly title: string;
  /** Null where a side does not have the step. */
  readonly left: StepSide | null;
  readonly right: StepSide | null;
  readonly isAlike: boolean;
}

/** A check of both, side by side. */
export interface CheckPair {
  readonly name: string;
  readonly claim: string;
  readonly left: Check['outcome'] | null;
  readonly right: Check['outcome'] | null;
}

/** A drill and its twin, aligned by their steps. */
export interface TwinComparison {
  readonly steps: readonly StepPair[];
  readonly checks: readonly CheckPair[];
  /** The first step in which they are not alike; null when they are alike in all. */
  readonly firstDifference: StepPair | null;
}

/** Lays a drill and its twin side by side. */
export function compareTwins(left: readonly TimedEvent[], right: readonly TimedEvent[]): TwinComparison {
  const [lefts, rights] = [sidesOf(left), sidesOf(right)];
  const steps = alignedNames([...lefts.keys()], [...rights.keys()]).map((name): StepPair => {
    const [one, other] = [lefts.get(name) ?? null, rights.get(name) ?? null];
    const title = (one ?? other)?.step.title ?? name;
    return { name, title, left: one, right: other, isAlike: areAlike(one, other) };
  });
  return { steps, checks: checkPairs(left, right), firstDifference: steps.find(({ isAlike }) => !isAlike) ?? null };
}

function sidesOf(events: readonly TimedEvent[]): ReadonlyMap<string, StepSide> {
  const steps = stepSpans(events);
  const acts = new Map<string, { readonly afterMs: number; readonly act: string }[]>();
  const add = (name: string, afterMs: number, act: string): void => {
    acts.set(name, [...(acts.get(name) ?? []), { afterMs, act }]);
  };
  for (const run of commandRuns(events)) if (run.isTyped) add(run.step ?? '', run.beginMs, withoutNumbersOfItsOwn(run));
  for (const { afterMs, step, event } of events) {
    if (event.type === 'fault-injected') add(step ?? '', afterMs, `fault: ${event.fault} ${event.disk ?? ''}`.trim());
    if (event.type === 'fault-cleared') add(step ?? '', afterMs, `cleared: ${event.fault} ${event.disk ?? ''}`.trim());
  }
  return new Map(
    steps.map((step) => [
      step.name,
      { step, acts: (acts.get(step.name) ?? []).toSorted((one, other) => one.afterMs - other.afterMs).map(({ act }) => act) },
    ]),
  );
}

/** UUIDs are drawn for each array: they are no difference between two of them. */
function withoutNumbersOfItsOwn({ command }: CommandRun): string {
  return command.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gu, '…');
}

/** A step restored on one side and done on the other came to the same; one that was left out did not. */
function areAlike(left: StepSide | null, right: StepSide | null): boolean {
  if (left === null || right === null) return false;
  const [one, other] = [left.step.outcome, right.step.outcome];
  if (one === 'restored' || other === 'restored') return one !== 'left out' && other !== 'left out';
  return one === other && left.acts.length === right.acts.length && left.acts.every((act, at) => act === right.acts[at]);
}

/** All names in an order that keeps that of both: what only one has stands where it has it. */
function alignedNames(left: readonly string[], right: readonly string[]): readonly string[] {
  const names: string[] = [];
  let taken = 0;
  for (const name of left) {
    const at = right.indexOf(name, taken);
    if (at === -1) {
      if (!right.includes(name)) names.push(name);
      else if (!names.includes(name)) names.push(name);
      continue;
    }
    names.push(...right.slice(taken, at).filter((only) => !left.includes(only)), name);
    taken = at + 1;
  }
  return [...names, ...right.slice(taken).filter((only) => !names.includes(only))];
}

function checkPairs(left: readonly TimedEvent[], right: readonly TimedEvent[]): readonly CheckPair[] {
  const [lefts, rights] = [checksOf(left), checksOf(right)];
  return [...new Set([...lefts.keys(), ...rights.keys()])].map((name) => ({
    name,
    claim: (lefts.get(name) ?? rights.get(name))?.claim ?? name,
    left: lefts.get(name)?.outcome ?? null,
    right: rights.get(name)?.outcome ?? null,
  }));
}

function checksOf(events: readonly TimedEvent[]): ReadonlyMap<string, Check> {
  return new Map(events.flatMap(({ event }) => (event.type === 'check-judged' ? [[event.check.name, event.check] as const] : [])));
}
