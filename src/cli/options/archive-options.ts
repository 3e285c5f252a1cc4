import { resolve } from 'node:path';
import { message } from '@optique/core/message';
import { multiple, optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { option } from '@optique/core/primitives';
import { choice, string } from '@optique/core/valueparser';
import type { ResultFilter } from '../../core/campaign/result-filter.ts';
import type { Cli } from '../cli.ts';
import { pathWord } from './value-parsers.ts';

/** The options that say which results are meant, and where they are kept. */
export const filterOptions = {
  drills: multiple(
    option('--drill', string({ metavar: 'NAME' }), {
      description: message`Only drills of this name or pattern. Can be given more than once, as all of these.`,
    }),
  ),
  matrices: multiple(option('--matrix', string({ metavar: 'NAME' }), { description: message`Only results of this matrix.` })),
  kernels: multiple(
    option('--kernel', string({ metavar: 'KERNEL' }), {
      description: message`Only on this kernel: the suite that was asked for, or a version (6.12.118, 6.12).`,
    }),
  ),
  tools: multiple(option('--tools', string({ metavar: 'SUITE' }), { description: message`Only with the tools of this suite.` })),
  layouts: multiple(
    option('--layout', string({ metavar: 'TEXT' }), { description: message`Only on layouts whose description has this text (raid10).` }),
  ),
  twins: withDefault(
    option('--twins', choice(['both', 'no', 'only'], { metavar: 'WHICH' }), {
      description: message`Twins: both (with drills, the default), no or only.`,
    }),
    'both',
  ),
  archive: optional(archiveOption()),
} as const;

/** Where results are kept, if not where they are usually. */
export function archiveOption() {
  return option('--archive', pathWord('FILE', 'file'), {
    description: message`The archive (default: archive.sqlite in $XDG_STATE_HOME/raidlab).`,
  });
}

/** How a table is shown. */
export const tableOptions = {
  json: option('--json', { description: message`Prints one JSON document.` }),
  markdown: option('--markdown', { description: message`Prints Markdown, for an issue or a page.` }),
  html: optional(
    option('--html', pathWord('FILE', 'file'), {
      description: message`Also writes a page for a browser; its cells lead to the reports of the runs.`,
    }),
  ),
} as const;

/** Which results are meant, as given. */
export type FilterOptions = { readonly [Name in keyof typeof filterOptions]: InferValue<(typeof filterOptions)[Name]> };

/** How a table is shown, as given. */
export type TableOptions = { readonly [Name in keyof typeof tableOptions]: InferValue<(typeof tableOptions)[Name]> };

/** Gives the filter that options ask for. */
export function filterOf({ drills, matrices, kernels, tools, layouts, twins }: FilterOptions): ResultFilter {
  return { drills, matrices, kernels, tools, layouts, twins, raidlabs: [], runs: [] };
}

/** Gives where the archive is. */
export function archiveHostPathOf(cli: Cli, typed: string | undefined): string {
  return typed === undefined ? cli.archiveHostPath : resolve(cli.cwdHostPath, typed);
}
