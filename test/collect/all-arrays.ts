/** `npm run test:collect [-- NAME…]`: the round trip of every array of arrays.ts, about half a minute each. */
import { openLabProject } from '../rig/lab.ts';
import { arrays } from './arrays.ts';
import { tryRoundTrip } from './round-trip.ts';

const asked = process.argv.slice(2);
let wrong = 0;
for (const [name, given] of Object.entries(arrays).filter(([name]) => asked.length === 0 || asked.includes(name))) {
  const startedMs = performance.now();
  await using lab = await openLabProject();
  const differs = await tryRoundTrip(lab, given).catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
  console.log(`${name}: ${differs.length === 0 ? 'as built' : 'DIFFERS'}, ${String(Math.round((performance.now() - startedMs) / 1000))} s`);
  for (const line of differs) console.log(line);
  if (differs.length > 0) wrong += 1;
}
console.log(`${String(wrong)} differ.`);
process.exitCode = wrong === 0 ? 0 : 1;
