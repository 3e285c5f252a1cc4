/** `npm run test:rehearse [-- NAME…]`: the runbook of every array of arrays.ts, typed into a lab, two minutes each. */
import { openLabProject } from '../rig/lab.ts';
import { arrays } from './arrays.ts';
import { mendByRunbook } from './mend-by-runbook.ts';

const asked = process.argv.slice(2);
let wrong = 0;
for (const [name, given] of Object.entries(arrays).filter(([name]) => asked.length === 0 || asked.includes(name))) {
  const startedMs = performance.now();
  await using lab = await openLabProject();
  const failed = await mendByRunbook(lab, given).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  console.log(
    `${name}: ${failed === undefined ? 'mended' : 'NOT MENDED'}, ${String(Math.round((performance.now() - startedMs) / 1000))} s`,
  );
  if (failed !== undefined) console.log(failed);
  if (failed !== undefined) wrong += 1;
}
console.log(`${String(wrong)} not mended.`);
process.exitCode = wrong === 0 ? 0 : 1;
