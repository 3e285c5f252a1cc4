// `npm run bench:many [-- N]`: N default drills with two at a time against one at a time, in one run.
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { measureRaidlab, report, seconds } from './measure.ts';

const count = Number(process.argv[2] ?? 12);

using directory = mkdtempDisposableSync(path.join(tmpdir(), 'raidlab-bench-'));
await drills(1, 1); // makes what is missing, warms the caches
const two = await drills(count, 2);
const one = await drills(count, 1);
console.log(`${count} default drills: ${seconds(one)} one at a time, ${seconds(two)} two at a time`);
report('two at a time to one at a time', `${(one / two).toFixed(2)} ×`, 'at least 1.3 ×', one / two >= 1.3);

async function drills(repeat: number, jobs: number): Promise<number> {
  const { exitCode, wallMs } = await measureRaidlab(directory.path, ['drill', '--repeat', `${repeat}`, '--jobs', `${jobs}`]);
  if (exitCode !== 0) throw new Error(`${repeat} drills with --jobs ${jobs} ended with exit ${exitCode}`);
  return wallMs;
}
