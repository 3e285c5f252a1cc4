import { list, pattern, word, wrong } from '../../layout-file/kind.ts';
import type { Kind } from '../../layout-file/kind.ts';
import type { Matrix } from './matrix.ts';

/** A field of a matrix file. */
export interface MatrixField<T> {
  /** What it means, in a sentence or two, for schema and documentation. */
  readonly what: string;
  readonly kind: Kind<T>;
  /** What it is when it is left out, as written in a file, or in words. */
  readonly standard: string;
}

/** How often a drill may be run: more is another matrix. */
export const mostRounds = 10_000;

const oneWord = pattern('a word without blanks', '^\\S+$', 'Write each by itself: [one, two].', { numbers: true });
const mostRoundsText = mostRounds.toLocaleString('en');

/** Versions look like numbers: 6.10 would be read as 6.1. */
const kernel: Kind<string> = {
  expected: 'a kernel as --kernel takes it: a suite, a version in quotes ("6.12"), .deb files or a directory',
  schema: { type: 'string', pattern: '^\\S+$' },
  read: (node, subject) => {
    if (node.is === 'scalar' && typeof node.value === 'string' && /^\S+$/u.test(node.value)) return { is: 'read', value: node.value };
    const isNumber = node.is === 'scalar' && typeof node.value === 'number';
    const remedy = isNumber ? `Write it in quotes: "${String(node.value)}". YAML reads 6.10 as 6.1.` : 'Write trixie, or "6.12".';
    return wrong(node, { subject, expected: kernel.expected, remedy });
  },
};

const rounds: Kind<number> = {
  expected: `a whole number from 1 to ${mostRoundsText}`,
  schema: { type: 'integer', minimum: 1, maximum: mostRounds },
  read: (node, subject) => {
    const value = node.is === 'scalar' ? node.value : undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= mostRounds) return { is: 'read', value };
    return wrong(node, { subject, expected: rounds.expected, remedy: 'Three tell a little, thirty what happens one time in ten.' });
  },
};

/** What a matrix file may say. Defined only here: reading, schema and documentation derive from it. */
export const matrixFields: { readonly [Name in keyof Matrix]: MatrixField<Matrix[Name]> } = {
  name: {
    what: 'The name by which its results are known in the archive. The same name goes on where it was stopped.',
    kind: pattern(
      'a name of letters, digits, dots, dashes and underscores',
      '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
      'Write nightly, for example.',
    ),
    standard: 'the name of the file without its ending',
  },
  drills: {
    what: 'Names and patterns of drills, and files of your own.',
    kind: list(oneWord, 'a list of drills, such as [replace-*, slow-disk]'),
    standard: 'all except demonstrations',
  },
  twins: {
    what: 'Whether twins are run, which must come out broken: not at all, only they, or both.',
    kind: word(['no', 'only', 'both']),
    standard: '`no`',
  },
  kernels: {
    what: 'Kernels, as `--kernel` takes them. Versions stand in quotes.',
    kind: list(kernel, 'a list of kernels, such as [bookworm, "6.12", trixie-backports]'),
    standard: '[trixie]',
  },
  tools: {
    what: 'Suites of the tools; with several each kernel is run with all of them.',
    kind: list(oneWord, 'a list of suites, such as [bookworm, trixie]'),
    standard: 'trixie, or the newest that run on the kernel',
  },
  layouts: {
    what: 'Layouts, by name or file, as `--layout` takes them. A drill that is not made for one is skipped.',
    kind: list(oneWord, 'a list of layouts, such as [raid1, raid10, ./array.yaml]'),
    standard: "each drill's own",
  },
  seeds: {
    what: 'Seeds of the test data. Each seed has templates of its own.',
    kind: list(oneWord, 'a list of seeds, such as [1, 2, 3]'),
    standard: '[1]',
  },
  rounds: {
    what: 'How many times each is run. It can be raised later: what was run is not run again.',
    kind: rounds,
    standard: '1',
  },
};

/** The names of the fields, in the order of the documentation. */
export const matrixFieldNames = Object.keys(matrixFields) as readonly (keyof Matrix)[];
