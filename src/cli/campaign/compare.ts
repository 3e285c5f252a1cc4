import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { argument, command } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import type { Archive } from '../../archive/archive.ts';
import { compareResults } from '../../core/campaign/comparison.ts';
import type { SubjectField } from '../../core/campaign/comparison.ts';
import { onlySide, parseSide, sideFields } from '../../core/campaign/result-filter.ts';
import type { Side, SideField } from '../../core/campaign/result-filter.ts';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { offerWords } from '../../core/text/nearest-word.ts';
import { comparisonTable } from '../../report/campaign/tables.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { archiveHostPathOf, filterOf, filterOptions, tableOptions } from '../options/archive-options.ts';
import { showTable } from '../run/show-table.ts';

/** The command line of `raidlab compare`. */
const compareArguments = command(
  'compare',
  object({
    a: argument(string({ metavar: 'A' }), {
      description: message`One side: a matrix, a kernel, a suite of tools, a version of raidlab, a run; or, where a word could be several, kernel=trixie.`,
    }),
    b: argument(string({ metavar: 'B' }), { description: message`The other side, of the same kind.` }),
    ...filterOptions,
    ...tableOptions,
  }),
  {
    brief: message`Says what changed between two kernels, tools or matrices, and the odds that it is chance.`,
    description: message`Results are compared drill by drill: how many were bad, of those that could be judged. The odds are those of Fisher's exact test.`,
  },
);

/** The parsed command line of `raidlab compare`. */
type CompareCommand = InferValue<typeof compareArguments>;

/** Examples for `raidlab compare`. */
const compareExamples: readonly Example[] = [
  { words: 'compare 6.12 7.3', does: 'What changed between two series of kernels.' },
  { words: 'compare tools=bookworm tools=trixie --kernel 6.12', does: 'What the tools change on one kernel.' },
  { words: 'compare nightly-1 nightly-2 --json', does: 'Two matrices, for a program.' },
];

/** Compares two sides of the archive. Throws `bad-archive`, and `bad-arguments` for a side that there is not. */
async function runCompareCommand(cli: Cli, asked: CompareCommand): Promise<ExitCode> {
  const { openArchive } = await import('../../archive/archive.ts');
  using archive = await openArchive(archiveHostPathOf(cli, asked.archive));
  const [a, b] = chooseSides(archive, asked.a, asked.b);
  const filter = filterOf(asked);
  const fields = subjectFields.filter((field) => field !== a.field);
  const comparison = compareResults(archive.count(onlySide(filter, a)), archive.count(onlySide(filter, b)), fields);
  await showTable(cli, comparisonTable(comparison, { a: a.value, b: b.value }), { a, b, ...comparison }, asked);
  return exitCodes.held;
}

const subjectFields: readonly SubjectField[] = ['drill', 'isTwin', 'variation', 'kernel', 'tools', 'layout'];

/** Both must be of one kind: a kernel is no matrix. */
function chooseSides(archive: Archive, typedA: string, typedB: string): readonly [Side, Side] {
  const [a, b] = [readSide(typedA), readSide(typedB)];
  const inA = a.field === undefined ? fieldsOf(archive, a.value) : [a.field];
  const inB = b.field === undefined ? fieldsOf(archive, b.value) : [b.field];
  const both = inA.filter((field) => inB.includes(field));
  const [field, ...more] = both;
  if (field === undefined) {
    for (const [typed, found] of [
      [typedA, inA],
      [typedB, inB],
    ] as const) {
      if (found.length === 0) refuse(`There is nothing called ${typed} in the archive. ${offerWords(typed, known(archive), 'There are')}`);
    }
    refuse(`${typedA} is a ${inA.join(' or ')}, ${typedB} a ${inB.join(' or ')}: they cannot be compared.`);
  }
  if (more.length > 0) refuse(`${typedA} and ${typedB} could be a ${both.join(' or a ')}: write ${field}=${a.value} ${field}=${b.value}.`);
  return [
    { field, value: a.value },
    { field, value: b.value },
  ];
}

function readSide(typed: string) {
  const names = Object.keys(sideFields).join(', ');
  return parseSide(typed) ?? refuse(`"${typed}" is no side of a comparison: write a name, or one of ${names} with = and a name.`);
}

function fieldsOf(archive: Archive, value: string): readonly SideField[] {
  const isKernel = (name: string): boolean => name === value || name.startsWith(`${value}.`) || name.startsWith(`${value}-`);
  return [
    ...(archive.valuesOf('matrix').includes(value) ? ['matrix' as const] : []),
    ...([...archive.valuesOf('kernel'), ...archive.valuesOf('kernel_name')].some(isKernel) ? ['kernel' as const] : []),
    ...(archive.valuesOf('tools').includes(value) ? ['tools' as const] : []),
    ...(archive.valuesOf('raidlab').includes(value) ? ['raidlab' as const] : []),
    ...(archive.hasRun(value) ? ['run' as const] : []),
  ];
}

function known(archive: Archive): readonly string[] {
  return [...archive.valuesOf('matrix'), ...archive.valuesOf('kernel'), ...archive.valuesOf('kernel_name'), ...archive.valuesOf('tools')];
}

function refuse(message: string): never {
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message, command: 'raidlab compare' });
}

/** `raidlab compare`. */
export const compareCommand = defineCommand({ parser: () => compareArguments, examples: compareExamples, run: runCompareCommand });
