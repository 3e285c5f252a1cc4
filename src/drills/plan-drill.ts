import type { BootedBy } from '../core/boot/booted-by.ts';
import { describeLayout, diskSizesBytes } from '../core/layout/layout.ts';
import type { ArrayLayout } from '../core/layout/layout.ts';
import { planArray } from '../core/plan/array.ts';
import type { DrillPlan, PlanLine } from '../core/plan/drill-plan.ts';
import type { Drill } from './drill.ts';

/** What the proof checks, in order. Source: design, section 5. */
const proofLines: readonly PlanLine[] = [
  'the mount point is really mounted, read-write',
  'every file matches the manifest that the host wrote before the fault, and every durable record is there',
  'data, metadata and system chunks all have the profile, nothing is missing',
  'a scrub finds nothing: its summary is read, not its exit code',
  'device stats are all zero',
  'the kernel log has no trouble',
  'each leg alone, in a copy of the machine, serves every file, and mounts read-write',
].map((text) => ({ kind: 'act', text }));

/** The last of them. */
function rebootLine(boot: BootedBy | undefined): PlanLine {
  const what = boot === undefined ? 'it survives a reboot' : 'an installed Debian boots with it, under systemd,';
  return { kind: 'act', text: `${what} with only what crypttab and fstab say` };
}

const installedMachine = 'An installed Debian, which boots with systemd and a kernel and an initramfs of its own';

/** What shapes a plan besides the drill. */
export interface PlanOptions {
  readonly layout: ArrayLayout;
  readonly skippedSteps: readonly string[];
  /** What is known of the machine, in words; nothing by default. */
  readonly machine?: readonly string[];
  /** What does the proof's reboot. */
  readonly boot?: BootedBy | undefined;
  /** The 1-based number of the lost member, in a drill that can lose any; the first by default. */
  readonly lostMember?: number | undefined;
}

/** Gives the plan of a drill. LUKS UUIDs, which are new in every run, appear as `UUID-OF-DISK1`, …; everything else is exactly what a run types. */
export function planDrill(drill: Drill, options: PlanOptions): DrillPlan {
  const { layout, skippedSteps, lostMember, boot } = options;
  const machine = drill.system === 'installed' ? [installedMachine] : (options.machine ?? []);
  const uuids = diskSizesBytes(layout).map((_, index) => `UUID-OF-DISK${String(index + 1)}`);
  const array = planArray(layout, uuids, lostMember);
  const steps = drill.steps.map((step) => ({
    name: step.name,
    title: step.title,
    skipped: skippedSteps.includes(step.name),
    lines: step.plan(array),
  }));
  const proof = { name: 'proof', title: 'Prove it', skipped: false, lines: [...proofLines, rebootLine(boot)] };
  return {
    drill: drill.name,
    promise: drill.promise,
    layout: describeLayout(layout),
    ...(machine.length === 0 ? {} : { machine }),
    steps: drill.proof === 'full' ? [...steps, proof] : steps,
  };
}
