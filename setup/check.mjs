// `npm run check`: runs every check of the house, as many at a time as there are processors, and names those that failed.
// A check is one line while it holds; its output is shown only when it fails.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const root = path.resolve(import.meta.dirname, '..');
/** @type {unknown} */
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const { scripts } = /** @type {{ scripts: Record<string, string> }} */ (manifest);

/** What is checked: the npm script, and what it looks at. The slow ones come first. */
const checks = [
  ['check:lint', 'lint'],
  ['test:host', 'unit tests'],
  ['check:types', 'types'],
  ['test:pure', 'pure unit tests'],
  ['check:package', 'package'],
  ['check:format', 'format'],
  ['check:unused', 'dead code'],
  ['check:docs', 'links in the docs'],
];

/**
 * Runs one npm script with what npm would put on its PATH.
 *
 * @param {string} script the script's name in package.json
 * @returns {Promise<{ held: boolean, output: string, seconds: string }>} what came of it
 */
function runScript(script) {
  const startedMs = performance.now();
  const child = spawn('sh', ['-c', scripts[script] ?? `echo "package.json has no script ${script}"; exit 1`], {
    cwd: root,
    env: { ...process.env, PATH: `${path.join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (/** @type {Buffer} */ chunk) => (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ held: code === 0, output: output.trim(), seconds: ((performance.now() - startedMs) / 1000).toFixed(1) });
    });
  });
}

/**
 * The runner's closing lines in one: `312 passed`.
 *
 * @param {string} output of `node --test`
 */
function countOfTests(output) {
  const plain = stripVTControlCharacters(output);
  const passed = /^\S+ pass (\d+)$/m.exec(plain)?.[1];
  return passed === undefined ? '' : `  ${passed} passed`;
}

/**
 * Leaves out the tests that passed: what `node --test` says at its end of those that failed is enough.
 *
 * @param {string} output of a failed check
 */
function essence(output) {
  const at = stripVTControlCharacters(output).search(/^\S* ?failing tests:$/m);
  return at === -1 ? output : stripVTControlCharacters(output).slice(at);
}

/** @type {{ title: string, output: string }[]} */
const failed = [];
const waiting = [...checks];

async function work() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [script = '', title = ''] = next;
    const { held, output, seconds } = await runScript(script);
    console.log(`  ${held ? 'ok    ' : 'FAILED'} ${title.padEnd(18)} ${seconds.padStart(5)} s${countOfTests(output)}`);
    if (!held) failed.push({ title, output });
  }
}

console.log('check');
await Promise.all(Array.from({ length: availableParallelism() }, work));
for (const { title, output } of failed) console.log(`\n── ${title} ──\n${essence(output)}`);
console.log(failed.length === 0 ? 'check: all held' : `\ncheck failed: ${failed.map(({ title }) => title).join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
