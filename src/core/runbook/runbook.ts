/** A runbook: what to type on a real array when a disk has died, as it was rehearsed on a lab like it. A plain value; renderers show it. */
import type { Command } from '../plan/command.ts';
import type { Prose } from './prose.ts';

/** A word in capitals in the commands, and how to find out what it stands for. */
export interface RunbookWord {
  readonly word: string;
  readonly find: Prose;
}

/** What to do when a command says something else than it must. */
export interface Otherwise {
  readonly says: Prose;
  readonly then: Prose;
}

/** A command to type. */
export interface RunbookCommand {
  readonly command: Command;
  /** What it must print. */
  readonly prints: Prose;
  /** How to see that it did what it should; null where its own output says so. */
  readonly check: Prose | null;
  /** Whether its refusal is what is expected: a plain mount without a member. */
  readonly isRefusalExpected: boolean;
  /** At the real size, seconds; null: at once. A text where nobody can know. */
  readonly takes: number | Prose | null;
  readonly otherwise: readonly Otherwise[];
  /** What it printed in the rehearsal, with the names of the lab; null where it was not typed there in this form. */
  readonly rehearsed: string | null;
}

/** A step with its commands. */
export interface RunbookStep {
  readonly title: string;
  readonly commands: readonly RunbookCommand[];
  /** What to do besides typing, and what to know of it. */
  readonly notes: readonly Prose[];
}

/** What to do before any member dies. */
export interface RunbookBeforehand {
  /** Why, and what happens to whoever waits. */
  readonly why: Prose;
  readonly words: readonly RunbookWord[];
  readonly steps: readonly RunbookStep[];
}

/** What to do when one member dies. */
export interface RunbookChapter {
  /** `devid 2 (crypt-btrfs2 on ata-…)`. */
  readonly lost: string;
  /** What to know and to have before the first command. */
  readonly before: readonly Prose[];
  readonly words: readonly RunbookWord[];
  readonly steps: readonly RunbookStep[];
  /** Which disk of the lab stood for which of the array's, a phrase each. */
  readonly stoodFor: readonly Prose[];
  /** The claims that the rehearsal proved, about the lab's disks. */
  readonly proved: readonly string[];
}

/** The rehearsal that a runbook comes from. */
export interface RunbookRehearsal {
  readonly drill: string;
  readonly seed: string;
  /** `6.12.118`, and what the host runs; null where the facts do not say. */
  readonly kernel: string;
  readonly hostKernel: string | null;
  readonly tools: string;
  readonly hostTools: string | null;
  /** The lab, in words. */
  readonly layout: string;
}

/** The runbook of an array. */
export interface Runbook {
  readonly array: string;
  readonly rehearsal: RunbookRehearsal;
  /** What the times assume. */
  readonly speed: Prose;
  /** Null where the array is as it should be. */
  readonly beforehand: RunbookBeforehand | null;
  readonly chapters: readonly RunbookChapter[];
  /** Members whose rehearsal did not hold, and what it came to, a sentence: for them there is nothing to type. */
  readonly withheld: readonly { readonly lost: string; readonly why: string }[];
  /** What the rehearsal did not prove, a sentence each. */
  readonly notProved: readonly string[];
}
