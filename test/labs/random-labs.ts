/**
 * `npm run test:labs [-- FIRST LAST]`: labs that are built and used at random, each from its seed, in which a disk failure is then
 * simulated. What raidlab says of it must agree with a judge of its own. About two minutes a lab.
 */
import { openLabProject } from '../rig/lab.ts';
import { tryLab } from './judge-lab.ts';
import { drawLab } from './random-use.ts';

const [first = 1, last = 60] = process.argv.slice(2).map(Number);

const interruption = new AbortController();
// The lab in hand is destroyed before the end; a second signal ends this at once.
process.once('SIGINT', () => {
  interruption.abort();
});

let tried = 0;
let disagreements = 0;
for (let seed = first; seed <= last; seed += 1) {
  const drawn = drawLab(`labs-${String(seed)}`);
  const startedMs = performance.now();
  await using lab = await openLabProject();
  const differs = await tryLab(lab, drawn).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  if (interruption.signal.aborted) break;
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const done = [['up', ...drawn.up].join(' '), ...drawn.moves.map(({ name }) => name)].join(', ');
  console.log(`${String(seed)}: ${differs === null ? 'agree' : 'DISAGREE'}, ${String(seconds)} s: ${done}`);
  tried += 1;
  if (differs === null) continue;
  disagreements += 1;
  console.log(differs);
}
console.log(`${String(tried)} labs, ${String(disagreements)} disagreements.`);
if (interruption.signal.aborted) process.exitCode = 130;
else process.exitCode = disagreements === 0 ? 0 : 1;
