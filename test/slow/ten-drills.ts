/**
 * `npm run test:slow`: ten default drills on a host at a fifth of its speed. Each must come to its verdict, and none may be
 * inconclusive, which is what a limit that is too short makes of it. Takes about half an hour on two quiet cores.
 */
import { openTestDirectory, readEvents, typeRaidlab } from '../rig/raidlab.ts';
import { runSlowly } from '../rig/throttle.ts';

const part = 1 / 5;
const drills = 10;

let lacking = 0;
for (let drill = 1; drill <= drills; drill += 1) {
  await using directory = await openTestDirectory();
  const startedMs = performance.now();
  const typed = typeRaidlab(directory.hostPath, ['drill']);
  const { pid } = typed.child;
  if (pid === undefined) throw new Error('raidlab could not be started');
  const [{ exitCode, stdout, stderr }] = await Promise.all([typed.ended, runSlowly(pid, part, typed.ended)]);
  const factor = (await readEvents(directory.hostPath)).findLast((event) => event.type === 'time-factor-raised')?.factor ?? 1;
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  console.log(`${String(drill)}: exit ${String(exitCode)}, ${String(seconds)} s, limits × ${String(factor)}`);
  if (exitCode === 0) continue;
  lacking += 1;
  console.log(stdout.slice(-3000), stderr.slice(-1000));
}
console.log(
  lacking === 0 ? `${String(drills)} drills, each with its verdict.` : `${String(lacking)} of ${String(drills)} drills did not hold.`,
);
process.exitCode = lacking === 0 ? 0 : 1;
