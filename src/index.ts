/**
 * raidlab as a library: run a drill, or write one of your own.
 *
 * `runDrill(ctx, request)` runs any {@link Drill}; a drill is a value, its steps type commands through a {@link DrillRun}.
 */
export { createContext } from './machine/context.ts';
export type { Context } from './machine/context.ts';
export type { Check, CheckOutcome, Verdict } from './core/verdict.ts';
export type { EventBody, RecordedEvent } from './core/event.ts';
export { exitCodes } from './core/exit-code.ts';
export type { ExitCode } from './core/exit-code.ts';
export { describeFailure, RaidlabError } from './core/failure.ts';
export type { Failure } from './core/failure.ts';
export { defaultLayout } from './core/layout.ts';
export type { ArrayLayout, Profile } from './core/layout.ts';
export { command, formatCommand } from './core/plan/command.ts';
export type { Command } from './core/plan/command.ts';
export type { Drill, Step, StepPhase, Twin } from './drills/drill.ts';
export type { DrillRun, Member } from './drills/drill-run.ts';
export { drills, findDrill } from './drills/registry.ts';
export { runDrill } from './drills/run-drill.ts';
export type { DrillRequest, DrillResult } from './drills/run-drill.ts';
export type { StepRecord } from './drills/run-steps.ts';
