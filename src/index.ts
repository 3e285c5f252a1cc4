/**
 * raidlab's public module: what a drill of your own is made of, and what runs one. docs/own-drills.md explains it with an example.
 *
 * A drill is a value: a promise, steps, a twin. Its steps plan commands (`plan`, pure) and type them (`run`, through a
 * {@link DrillRun}). `raidlab drill ./my-drill.ts` runs the default export of a file; `raidlab new drill NAME` makes such a file.
 * What is exported here changes only with a new major version; everything else in the package may change at any time.
 */

// Drills.
export type { Drill, Requirement, Step, StepPhase, Twin, VersionKnowledge, VersionScope } from './drills/drill.ts';
export type { DrillRun } from './drills/drill-run.ts';
export type { Member } from './core/array/member.ts';
export type { KernelLog } from './core/kernel/kernel-log.ts';
export type { Check, CheckOutcome, Verdict } from './core/verdict/verdict.ts';
export type { Expectation } from './core/verdict/expectation.ts';
export type { Fault, StandingFault } from './core/fault/fault.ts';
export type { PlanLine } from './core/plan/drill-plan.ts';
export type { CommandResult } from './machine/guest.ts';

// Arrays: their layouts, and their contents.
export { defaultLayout, equalSizes } from './core/layout/layout.ts';
export type { ArrayLayout } from './core/layout/layout.ts';
export type { Profile } from './core/layout/profile.ts';
export { namedLayouts } from './core/layout/named-layout.ts';
export type { LayoutName } from './core/layout/named-layout.ts';
export type { ArrayPlan, MountedArray } from './core/plan/array.ts';
export type { ContainerPlan } from './core/plan/container.ts';
export { memberOf, spareOf } from './drills/steps/disks-of.ts';

// Steps that many drills share.
export { buildArray, degradedTree, payloadTree, startWriter, writePayload, writeTree } from './drills/steps/build-steps.ts';
export { mountDegraded, openSurvivors, writeDegraded } from './drills/steps/degraded-steps.ts';
export { pullDisk, restartWithoutDisk, takeDiskOut } from './drills/steps/lose-disk-steps.ts';
export { replaceDisk, softBalance, updateCrypttab } from './drills/steps/replace-steps.ts';
export { typeReplace } from './drills/steps/type-replace.ts';

// Commands, as values: plans list them and steps type them.
export { command, formatCommand } from './core/plan/command.ts';
export type { Command } from './core/plan/command.ts';
export { act, typed } from './drills/steps/plan-line.ts';
export { planMount, planMountWith, planUnmount } from './core/plan/array.ts';
export {
  planAddToCrypttab,
  planCloseContainer,
  planCreateContainer,
  planOpenContainer,
  planRemoveFromCrypttab,
} from './core/plan/container.ts';
export {
  lookAt,
  planAddDevice,
  planRemoveMissing,
  planReplace,
  planReplaceStatus,
  planResetDeviceStats,
  planResize,
  planScrub,
  planSoftBalance,
} from './core/plan/repair.ts';

// Parsers and judges for the tools' output.
export { parseDeviceStats } from './core/btrfs/device-stats.ts';
export { parseFilesystemShow } from './core/btrfs/filesystem-show.ts';
export { parseFilesystemUsage } from './core/btrfs/filesystem-usage.ts';
export { parseReplaceStatus } from './core/btrfs/replace-status.ts';
export { parseScrubStart } from './core/btrfs/scrub-start.ts';
export { judgeDeviceStats } from './core/proof/judge-device-stats.ts';
export { judgeProfiles } from './core/proof/judge-profiles.ts';
export { judgeScrub } from './core/proof/judge-scrub.ts';
export { waitUntil } from './machine/wait-until.ts';

// Running: events, verdicts, failures.
export { createContext } from './machine/context.ts';
export type { Context } from './machine/context.ts';
export { runDrill } from './drills/run-drill.ts';
export type { DrillRequest } from './drills/drill-request.ts';
export type { DrillResult } from './drills/run-drill.ts';
export type { StepRecord } from './drills/run-steps.ts';
export { drills, findDrill } from './drills/registry.ts';
export { twinOf } from './drills/twin.ts';
export type { TwinDrill } from './drills/twin.ts';
export type { EventBody, RecordedEvent } from './core/event.ts';
export { exitCodes } from './core/exit-code.ts';
export type { ExitCode } from './core/exit-code.ts';
export { describeFailure, RaidlabError } from './core/failure/failure.ts';
export type { Failure } from './core/failure/failure.ts';
