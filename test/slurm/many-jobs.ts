/**
 * `npm run test:slurm [-- JOBS]`: that many jobs (24) on a real cluster of two nodes, one of which dies in the middle. Every job must have its verdict, the lost attempt must be seen, and
 * nothing may be left in the queue. Before that, what the engine costs besides what a run costs here, too: at most 3 % of it.
 */
import { openTestDirectory } from '../rig/raidlab.ts';
import { startCluster } from './cluster.ts';
import { loseNode, measureCost } from './matrix-on-cluster.ts';

const jobs = Number(process.argv[2] ?? 24);
const mostPart = 0.03;

// With fewer the node may have none left when it dies.
if (!Number.isInteger(jobs) || jobs < 4 || jobs % 2 !== 0) throw new Error('an even number of jobs, please, 4 or more');
await using directory = await openTestDirectory();
await using cluster = await startCluster({ nodes: ['n1', 'n2'] });
console.log(`Slurm ${cluster.version}, two nodes`);
// The first one makes what is missing: images and templates.
await measureCost(cluster, directory.hostPath, { jobs: 2, on: 'slurm' });
await using costs = await openTestDirectory();
const there = await measureCost(cluster, costs.hostPath, { jobs: 6, on: 'slurm' });
const here = await measureCost(cluster, costs.hostPath, { jobs: 6, on: 'here' });
const part = (there.besidesMs - here.besidesMs) / there.runMs;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
console.log(
  [
    `besides its run a job takes ${seconds(there.besidesMs)} on Slurm, ${seconds(here.besidesMs)} here (6 jobs, one after the other)`,
    `the engine's own cost: ${(part * 100).toFixed(1)} % of a run of ${seconds(there.runMs)} (at most ${String(mostPart * 100)} %)`,
  ].join('\n'),
);
const startedMs = performance.now();
const lost = await loseNode(cluster, directory.hostPath, { name: 'many', jobs, atOnce: jobs });
const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
console.log(
  `${String(jobs)} jobs, each with its verdict, in ${minutes} min; lost with the node, seen and run again: ${String(lost.length)}; queue empty`,
);
process.exitCode = part <= mostPart ? 0 : 1;
