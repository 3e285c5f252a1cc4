/**
 * `npm run test:slurm [-- JOBS]`: that many jobs (24) on a real cluster of two nodes, one of which dies in the middle. Every job must have its verdict, the lost attempt must be seen, and
 * nothing may be left in the queue. Before that, what the engine costs: at most 3 % of its jobs.
 */
import { openTestDirectory } from '../rig/raidlab.ts';
import { startCluster } from './cluster.ts';
import { loseNode, measureCost } from './matrix-on-cluster.ts';

const jobs = Number(process.argv[2] ?? 24);
const mostPart = 0.03;

if (!Number.isInteger(jobs) || jobs < 2 || jobs % 2 !== 0) throw new Error('an even number of jobs, please');
await using directory = await openTestDirectory();
await using cluster = await startCluster({ nodes: ['n1', 'n2'] });
console.log(`Slurm ${cluster.version}, two nodes`);
// The first one makes what is missing: images and templates.
await measureCost(cluster, directory.hostPath, 2);
await using costs = await openTestDirectory();
const { part, meanMs } = await measureCost(cluster, costs.hostPath, 6);
console.log(
  `the engine's own cost: ${(part * 100).toFixed(1)} % of a job, which takes ${(meanMs / 1000).toFixed(1)} s (6 jobs, one after the other; at most ${String(mostPart * 100)} %)`,
);
const startedMs = performance.now();
const lost = await loseNode(cluster, directory.hostPath, { name: 'many', jobs, atOnce: jobs });
const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
console.log(
  `${String(jobs)} jobs, each with its verdict, in ${minutes} min; lost with the node, seen and run again: ${String(lost.length)}; queue empty`,
);
process.exitCode = part <= mostPart ? 0 : 1;
