// The pages about matrices, from the table of their fields: docs/matrix.md, and docs/matrix.schema.json for editors.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { matrixFieldNames, matrixFields } from '../src/core/campaign/matrix/matrix-fields.ts';
import { matrixSchema } from '../src/core/campaign/matrix/read-matrix.ts';

const example = path.join(import.meta.dirname, '../examples/matrix.yaml');

/**
 * Gives the pages by file, each as the parts of a page.
 *
 * @param {string} note that says where a page comes from
 * @returns {Readonly<Record<string, readonly string[]>>} page by file
 */
export function matrixPages(note) {
  return { 'docs/matrix.md': matrixPage(note), 'docs/matrix.schema.json': [JSON.stringify(matrixSchema())] };
}

/** @param {string} note that says where the page comes from */
function matrixPage(note) {
  const fields = matrixFieldNames.map((name) => {
    const { what, kind, standard } = matrixFields[name];
    return `| \`${name}\` | ${what} | ${kind.expected} | ${standard} |`;
  });
  return [
    '# Matrices',
    note,
    '`raidlab matrix` runs drills on many kernels, tools and layouts, many times, and keeps every result in the [archive](results.md). It is for questions such as: since which kernel is this broken, and in which is it fixed?',
    [
      '```sh',
      'raidlab matrix nightly.yaml --plan         # how many jobs, and how long they may take',
      'raidlab matrix nightly.yaml                # runs them, or goes on',
      'raidlab results --regressions --matrix nightly',
      "raidlab matrix --drill 'replace-*' --kernel bookworm --kernel trixie --rounds 3   # without a file",
      '```',
    ].join('\n'),
    'Each job is a run of its own, with its folder in `raidlab-results/` and its `report.html`, to which the tables lead. Its order is round by round, so that a matrix that is stopped has looked everywhere. How long is left is told from what drills are known to take, corrected by what they took here.',
    '## Stopped and gone on with',
    'Type the same command again after Ctrl-C, `kill -9` or a power cut. What was begun and what became of it is in the archive before anything else is done. A drill that was over when raidlab was killed is found by its folder; one that was not is lost, counted as such, and run again. Nothing is run twice. `rounds` may be raised, and drills and kernels added: what was run is not run again. One process runs a matrix at a time; a second one is told which (exit 69).',
    'With `--on slurm` its jobs run on the nodes of a cluster ([many machines](machines.md)); it can be stopped here and gone on with there.',
    '## Findings and machines that fail',
    'A verdict is final: a broken promise is never tried again until it holds. What fails for the machine’s sake (QEMU dies, a package cannot be fetched) is no verdict: it is tried once more, at the end, and then given up until the command is typed again. Every attempt is kept, shown as `failed (machine)` in `raidlab results`, and counted in the summary; in shares it counts neither as good nor as bad.',
    'Exit 1: something was bad that is not known; 2: something could not be judged; 130: stopped before the end; 0: everything was run, and came as expected.',
    '## Files',
    ['```yaml', readFileSync(example, 'utf8').trimEnd(), '```'].join('\n'),
    'Those that this project runs are in [bench/matrices](../bench/matrices); what they came to is in [drills by kernel](kernels-table.md).',
    ['| field | meaning | allowed values | default |', '|---|---|---|---|', ...fields].join('\n'),
    'The options `--name`, `--drill`, `--twins`, `--kernel`, `--tools`, `--layout`, `--seed` and `--rounds` replace what the file says. [matrix.schema.json](matrix.schema.json) is its schema, JSON Schema draft 7: an editor with the YAML language server completes and checks a file that begins with the line `# yaml-language-server: $schema=PATH`. All mistakes are reported at once, with line, column and what to write instead (exit 64).',
  ];
}
