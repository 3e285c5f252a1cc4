// The page about advice, tested: docs/advice.md.
import { keyOf, pieces } from './advice.mjs';
import { readVerdicts, verdictOfCatalogue } from './advice-verdicts.mjs';

const kernels = /** @type {const} */ ({ bookworm: 'Linux 6.1', trixie: 'Linux 6.12', 'trixie-backports': 'Linux 7.3' });

/**
 * Gives the page by its file, as its parts.
 *
 * @param {string} note that says where a page comes from
 * @returns {Readonly<Record<string, readonly string[]>>} page by file
 */
export function advicePage(note) {
  const recorded = readVerdicts();
  /** @param {import('./advice.mjs').Test} test */
  const verdictsOf = (test) => Object.keys(kernels).map((kernel) => recorded[kernel]?.[keyOf(test)] ?? verdictOfCatalogue(kernel, test));
  return {
    'docs/advice.md': [
      '# Advice, tested',
      note,
      'What people are told when a disk of their btrfs mirror dies, and what it comes to: each piece of advice is a drill, the twin of one, or a script for `raidlab prove`, run on a machine with these kernels. *Held*: nothing is lost and everything has two copies again. *Broken*: something is not. While a disk is missing, the drills write; in the scripts only btrfs itself does.',
      [
        `| # | advice | ${Object.values(kernels).join(' | ')} |`,
        `|---|---|${Object.keys(kernels)
          .map(() => '---|')
          .join('')}`,
        ...pieces.map(({ advice, test }, index) => `| ${String(index + 1)} | ${advice} | ${verdictsOf(test).map(wordOf).join(' | ')} |`),
      ].join('\n'),
      ...pieces.flatMap(({ advice, test, why }, index) => [
        `## ${String(index + 1)}. ${advice}`,
        why,
        brokenWords(verdictsOf(test)),
        ['```sh', commandOf(test), '```'].join('\n'),
      ]),
      '## How this page is made',
      '`npm run docs:advice` runs what has no verdict yet and records it in [advice-verdicts.json](advice-verdicts.json); most verdicts of drills and twins are the latest of [bench/catalogue-results.ndjson](../bench/catalogue-results.ndjson). `npm run docs` writes the page. A dash: not run on that kernel.',
    ],
  };
}

/** @param {import('./advice-verdicts.mjs').AdviceVerdict | undefined} verdict */
function wordOf(verdict) {
  return verdict === undefined ? '–' : verdict.verdict === 'held' ? 'held' : `**${verdict.verdict}**`;
}

/** @param {readonly (import('./advice-verdicts.mjs').AdviceVerdict | undefined)[]} verdicts */
function brokenWords(verdicts) {
  const names = [...new Set(verdicts.flatMap((verdict) => verdict?.broken ?? []))];
  return names.length === 0 ? '' : `Broken: ${names.map((name) => `\`${name}\``).join(', ')}.`;
}

/** @param {import('./advice.mjs').Test} test */
function commandOf(test) {
  if ('drill' in test) return `raidlab drill ${test.drill}`;
  if ('twin' in test) return `raidlab drill ${test.twin} --twin`;
  return ['raidlab prove', ...(test.options ?? []), '--', `examples/advice/${test.script}`].join(' ');
}
