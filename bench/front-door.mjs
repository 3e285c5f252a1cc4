// `npm run bench`: how long a person waits before raidlab itself begins. Fails when the door has become slow.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const runs = 30;
const limitMs = 150;

/**
 * Gives the median wall time of a command.
 *
 * @param {string} program its path
 * @param {readonly string[]} args what follows
 * @returns {number} milliseconds
 */
function medianMs(program, args) {
  const times = Array.from({ length: runs }, () => {
    const startedMs = performance.now();
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} exited ${String(status)}: ${stderr}`);
    return performance.now() - startedMs;
  });
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
}

const version = medianMs(path.join(root, 'raidlab'), ['--version']);
const bareNode = medianMs(process.execPath, ['--eval', '']);
console.log(`./raidlab --version  ${version.toFixed(0)} ms (limit ${String(limitMs)} ms, median of ${String(runs)})`);
console.log(`of which Node alone  ${bareNode.toFixed(0)} ms`);
process.exitCode = version <= limitMs ? 0 : 1;
