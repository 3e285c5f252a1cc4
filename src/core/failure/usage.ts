import { exitCodes } from '../exit-code.ts';
import type { FailureDescription } from './description.ts';
import { didYouMean } from './did-you-mean.ts';
import { describeDrillFileFailure } from './drill-file.ts';
import type { DrillFileFailure } from './drill-file.ts';
import { describeLayoutFileFailure } from './layout-file.ts';
import type { LayoutFileFailure } from './layout-file.ts';

/** The person asked for something that does not exist or is impossible: exit 64. */
export type UsageFailure =
  | { readonly area: 'usage'; readonly reason: 'bad-arguments'; readonly message: string; readonly command: string }
  | {
      readonly area: 'usage';
      readonly reason: 'unknown-drill';
      readonly drill: string;
      readonly known: readonly string[];
      readonly nearest: string | undefined;
    }
  | {
      readonly area: 'usage';
      readonly reason: 'unknown-step';
      readonly drill: string;
      readonly step: string;
      readonly known: readonly string[];
      readonly nearest: string | undefined;
    }
  | {
      readonly area: 'usage';
      readonly reason: 'required-step';
      readonly drill: string;
      readonly step: string;
      readonly skippable: readonly string[];
    }
  | {
      readonly area: 'usage';
      readonly reason: 'unknown-tag';
      readonly tag: string;
      readonly known: readonly string[];
      readonly nearest: string | undefined;
    }
  | {
      readonly area: 'usage';
      readonly reason: 'unknown-entry';
      readonly entry: string;
      readonly known: readonly string[];
      readonly nearest: string | undefined;
    }
  | { readonly area: 'usage'; readonly reason: 'ambiguous-entry'; readonly entry: string; readonly matches: readonly string[] }
  | {
      readonly area: 'usage';
      readonly reason: 'bad-variable';
      readonly variable: string;
      readonly value: string;
      readonly expected: string;
    }
  | DrillFileFailure
  | LayoutFileFailure
  | { readonly area: 'usage'; readonly reason: 'bad-layout'; readonly message: string; readonly remedy: string }
  | { readonly area: 'usage'; readonly reason: 'payload-too-large'; readonly payloadBytes: number; readonly usableBytes: number };

/** Describes a usage failure. */
export function describeUsageFailure(failure: UsageFailure): FailureDescription {
  const { usage } = exitCodes;
  switch (failure.reason) {
    case 'bad-arguments':
      return { exitCode: usage, what: failure.message, remedy: `See \`${failure.command} --help\`.` };
    case 'unknown-drill':
      return {
        exitCode: usage,
        what: `There is no drill called "${failure.drill}".`,
        remedy: `${didYouMean(failure.nearest)}The drills are: ${failure.known.join(', ')}. \`raidlab drills\` explains them.`,
      };
    case 'unknown-step':
      return {
        exitCode: usage,
        what: `The drill ${failure.drill} has no step called "${failure.step}".`,
        remedy: `${didYouMean(failure.nearest)}Its steps are: ${failure.known.join(', ')}.`,
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
        remedy: `${didYouMean(failure.nearest)}The tags are: ${failure.known.join(', ')}.`,
      };
    case 'unknown-entry':
      return {
        exitCode: usage,
        what: `There is no cache entry called "${failure.entry}".`,
        remedy: `${didYouMean(failure.nearest)}${failure.known.length === 0 ? 'The cache is empty.' : `The entries are: ${failure.known.join(', ')}.`} \`raidlab cache ls\` explains them.`,
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
