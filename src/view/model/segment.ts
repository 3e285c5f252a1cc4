/** A stretch of time in which something was in one state. */
export interface Segment<State extends string = string> {
  /** Since the drill began, milliseconds. */
  readonly beginMs: number;
  readonly endMs: number;
  readonly state: State;
  /** What brought it about: a fault, a command, what was seen. */
  readonly because: string;
}

/** A state that begins, until another does. */
export interface StateChange<State extends string> {
  readonly afterMs: number;
  readonly state: State;
  readonly because: string;
}

/** Gives the stretches between changes, up to an end; what did not change anything, or took no time, is none. */
export function segmentsOf<State extends string>(changes: readonly StateChange<State>[], endMs: number): readonly Segment<State>[] {
  const segments: Segment<State>[] = [];
  for (const [at, { afterMs, state, because }] of changes.entries()) {
    const untilMs = Math.min(changes[at + 1]?.afterMs ?? endMs, endMs);
    if (untilMs <= afterMs) continue;
    const last = segments.at(-1);
    if (last?.state === state && last.endMs === afterMs) segments[segments.length - 1] = { ...last, endMs: untilMs };
    else segments.push({ beginMs: afterMs, endMs: untilMs, state, because });
  }
  return segments;
}

/** Gives the stretch that a moment is in. */
export function segmentAt<State extends string>(segments: readonly Segment<State>[], afterMs: number): Segment<State> | undefined {
  return segments.findLast((segment) => segment.beginMs <= afterMs && afterMs <= segment.endMs);
}
