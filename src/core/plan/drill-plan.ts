import type { Command } from './command.ts';

/** One line of a plan: a command to type in the guest, or an act of the host (a fault, a restart, a look from outside). */
export type PlanLine = { readonly kind: 'command'; readonly command: Command } | { readonly kind: 'act'; readonly text: string };

/** A step as it would be done. */
export interface PlannedStep {
  readonly name: string;
  readonly title: string;
  /** Whether `--skip-step` leaves it out. */
  readonly skipped: boolean;
  readonly lines: readonly PlanLine[];
}

/** A planned drill: what would be typed and done, in order. A plain value; `--plan` prints it. */
export interface DrillPlan {
  readonly drill: string;
  readonly promise: string;
  readonly layout: string;
  /** The machine, where its kernel decides what it is made of, in words. */
  readonly machine?: readonly string[];
  readonly steps: readonly PlannedStep[];
}
