// `npm run docs:advice -- [--anew] [KERNEL…]`: runs what tests advice on the given kernels (bookworm, trixie and trixie-backports by
// default), and records the verdicts for docs/advice.md. What has a verdict there, in the catalogue's results too, is not run again,
// unless `--anew` is said, which is for the scripts.
//
//   examples/advice/*.sh, twins ──► raidlab prove, drill --json ──► docs/advice-verdicts.json ──► `npm run docs`
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import prettier from 'prettier';
import { keyOf, pieces } from './advice.mjs';
import { readVerdicts, verdictOfCatalogue, verdictsHostPath } from './advice-verdicts.mjs';

const root = path.resolve(import.meta.dirname, '..');

/**
 * Gives what is typed for a test, behind `raidlab`; options that all have in common come behind the command.
 *
 * @param {import('./advice.mjs').Test} test
 * @param {readonly string[]} common
 */
function wordsOf(test, common) {
  if ('drill' in test) return ['drill', ...common, test.drill];
  if ('twin' in test) return ['drill', ...common, '--twin', test.twin];
  return ['prove', ...common, ...(test.options ?? []), '--', path.join(root, 'examples/advice', test.script)];
}

/**
 * Runs a test on a kernel.
 *
 * @param {string} kernel its suite
 * @param {import('./advice.mjs').Test} test
 * @returns {import('./advice-verdicts.mjs').AdviceVerdict} what it came to
 */
function run(kernel, test) {
  const output = mkdtempSync(path.join(tmpdir(), 'raidlab-advice-'));
  try {
    // Linux 7.3 has no tools of its own in Debian's backports.
    const tools = kernel === 'trixie-backports' ? ['--tools', 'trixie'] : [];
    const words = wordsOf(test, ['--json', '--kernel', kernel, ...tools, '--output', output]);
    const { stdout } = spawnSync(path.join(root, 'raidlab'), words, {
      encoding: 'utf8',
      maxBuffer: 1024 ** 3,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const events = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        /** @type {unknown} */
        const event = JSON.parse(line);
        return /** @type {import('../src/core/event.ts').RecordedEvent} */ (event);
      });
    const booted = events.find((event) => event.type === 'machine-booted');
    const reached = events.find((event) => event.type === 'verdict-reached');
    if (booted === undefined || reached === undefined) throw new Error(`${keyOf(test)} on ${kernel} came to no verdict`);
    // What could not be judged says nothing about the advice.
    if (reached.verdict === 'inconclusive') throw new Error(`${keyOf(test)} on ${kernel}: ${reached.summary}`);
    const broken = events.flatMap((event) => (event.type === 'check-judged' && event.check.outcome === 'broken' ? [event.check.name] : []));
    return { release: booted.kernel, verdict: reached.verdict, broken };
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

const isAnew = process.argv.includes('--anew');
const asked = process.argv.slice(2).filter((word) => word !== '--anew');
for (const kernel of asked.length === 0 ? ['bookworm', 'trixie', 'trixie-backports'] : asked) {
  for (const { test } of pieces) {
    const verdicts = readVerdicts();
    const known = verdicts[kernel]?.[keyOf(test)] ?? verdictOfCatalogue(kernel, test);
    if (known !== undefined && !(isAnew && 'script' in test)) continue;
    const verdict = run(kernel, test);
    console.log(`${kernel}: ${keyOf(test)}: ${verdict.verdict}${verdict.broken.length === 0 ? '' : ` (${verdict.broken.join(', ')})`}`);
    const kept = { ...verdicts, [kernel]: { ...verdicts[kernel], [keyOf(test)]: verdict } };
    writeFileSync(
      verdictsHostPath,
      await prettier.format(JSON.stringify(kept), { ...(await prettier.resolveConfig(verdictsHostPath)), parser: 'json' }),
    );
  }
}
