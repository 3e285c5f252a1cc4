import { exitCodes } from '../exit-code.ts';
import type { FailureDescription, FailureOf } from './description.ts';
import { offerWords } from '../text/nearest-word.ts';
import { describeCampaignFailure } from './campaign.ts';
import type { CampaignFailure } from './campaign.ts';
import { describeDrillFileFailure } from './drill-file.ts';
import type { DrillFileFailure } from './drill-file.ts';
import { describeLayoutFileFailure } from './layout-file.ts';
import type { LayoutFileFailure } from './layout-file.ts';

const { usage } = exitCodes;

/** The person asked for something that does not exist or is impossible: exit 64. */
export type UsageFailure =
  | FailureOf<'usage', 'bad-arguments', { message: string; command: string }>
  | FailureOf<'usage', 'unknown-drill', { drill: string; known: readonly string[] }>
  | FailureOf<'usage', 'unknown-step', { drill: string; step: string; known: readonly string[] }>
  | FailureOf<'usage', 'required-step', { drill: string; step: string; skippable: readonly string[] }>
  | FailureOf<'usage', 'unknown-tag', { tag: string; known: readonly string[] }>
  | FailureOf<'usage', 'unknown-entry', { entry: string; known: readonly string[]; nearest: string | undefined }>
  | FailureOf<'usage', 'ambiguous-entry', { entry: string; matches: readonly string[] }>
  | FailureOf<'usage', 'bad-variable', { variable: string; value: string; expected: string }>
  | CampaignFailure
  | DrillFileFailure
  | LayoutFileFailure
  | FailureOf<'usage', 'bad-layout', { message: string; remedy: string }>
  | FailureOf<'usage', 'payload-too-large', { payloadBytes: number; usableBytes: number }>;

/** Describes a usage failure. */
export function describeUsageFailure(failure: UsageFailure): FailureDescription {
  switch (failure.reason) {
    case 'bad-arguments':
      return { exitCode: usage, what: failure.message, remedy: `See \`${failure.command} --help\`.` };
    case 'unknown-drill':
      return {
        exitCode: usage,
        what: `There is no drill called "${failure.drill}".`,
        remedy: `${offerWords(failure.drill, failure.known, 'The drills are')} \`raidlab drills\` explains them.`,
      };
    case 'unknown-step':
      return {
        exitCode: usage,
        what: `The drill ${failure.drill} has no step called "${failure.step}".`,
        remedy: offerWords(failure.step, failure.known, 'Its steps are'),
      };
    case 'required-step':
      return {
        exitCode: usage,
        what: `The step ${failure.step} of ${failure.drill} cannot be left out: the steps after it would have nothing to act on.`,
        remedy: `Steps that can be left out: ${failure.skippable.join(', ')}.`,
      };
    case 'unknown-tag':
      return {
        exitCode: usage,
        what: `No drill has the tag "${failure.tag}".`,
        remedy: offerWords(failure.tag, failure.known, 'The tags are'),
      };
    case 'unknown-entry':
      return {
        exitCode: usage,
        what: `There is no cache entry called "${failure.entry}".`,
        remedy: `${failure.known.length === 0 ? 'The cache is empty.' : offerWords(failure.nearest ?? failure.entry, failure.known, 'The entries are')} \`raidlab cache ls\` explains them.`,
      };
    case 'ambiguous-entry':
      return {
        exitCode: usage,
        what: `"${failure.entry}" matches ${String(failure.matches.length)} cache entries.`,
        remedy: `Type more of the name: ${failure.matches.join(', ')}.`,
      };
    case 'bad-variable':
      return {
        exitCode: usage,
        what: `The variable ${failure.variable} is set to "${failure.value}".`,
        remedy: `Set it to ${failure.expected}, or unset it.`,
      };
    case 'bad-bundle':
    case 'bundles-differ':
    case 'bad-archive':
    case 'bad-export':
    case 'no-matrix-file':
    case 'bad-matrix-file':
      return describeCampaignFailure(failure);
    case 'no-drill-file':
    case 'bad-drill-file':
    case 'file-exists':
      return describeDrillFileFailure(failure);
    case 'no-layout-file':
    case 'bad-layout-file':
      return describeLayoutFileFailure(failure);
    case 'bad-layout':
      return { exitCode: usage, what: failure.message, remedy: failure.remedy };
    case 'payload-too-large':
      return {
        exitCode: usage,
        what: `A payload of ${mebibytes(failure.payloadBytes)} does not fit: the array holds about ${mebibytes(failure.usableBytes)}, and the drill needs room to write more.`,
        remedy: 'Choose a smaller --payload or larger disks with --disk-size.',
      };
  }
}

function mebibytes(bytes: number): string {
  return `${String(Math.floor(bytes / 1024 / 1024))} MiB`;
}
