// `npm run bench:lab`: how long a person waits for a lab: to a shell in a new one, warm and without any template; for a command by ssh.
// Against a bare boot: the same machine, booted, to its first command.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { storeOf } from '../src/cli/make-cli.ts';
import { openStore } from '../src/machine/cache/open-store.ts';
import { createContext } from '../src/machine/context.ts';
import { firstCommand } from './first-command.ts';
import { median, report, seconds, typeInLab } from './measure.ts';

const rounds = Number(process.argv[2] ?? 5);
using directory = mkdtempDisposableSync(path.join(tmpdir(), 'raidlab-bench-'));
const ctx = createContext();
await using store = await openStore(ctx, storeOf(process.env));

const warmMs: number[] = [];
const sshMs: number[] = [];
const bootMs: number[] = [];
await upAndAway(); // makes what is missing, warms the caches
for (let round = 0; round < rounds; round++) {
  warmMs.push(
    await upAndAway(async () => {
      for (let call = 0; call < 5; call++) sshMs.push((await typeInLab(directory.path, ['ssh', '--', 'true'])).wallMs);
    }),
  );
  if (round < 3) bootMs.push((await firstCommand(ctx, store, directory.path, 'cold boot')).ms);
}
const coldMs = await upWithoutTemplates();

const boot = median(bootMs);
console.log(`a bare boot to its first command: ${seconds(boot)} (median of ${bootMs.length})`);
tell('up to a prompt, warm', median(warmMs), 2000);
tell('up to a prompt, without any template', coldMs, 25_000);
tell('ssh -- true', median(sshMs), 500);

function tell(what: string, ms: number, goalMs: number): void {
  report(what, `${(ms / 1000).toFixed(2)} s, ${(ms / boot).toFixed(2)} of a bare boot`, `under ${goalMs / 1000} s`, ms < goalMs);
}

/** A new lab, up to the first command typed by ssh; destroyed again. */
async function upAndAway(inside?: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  try {
    await typeInLab(directory.path, ['up']);
    await typeInLab(directory.path, ['ssh', '--', 'true']);
    const ms = performance.now() - startedMs;
    await inside?.();
    return ms;
  } finally {
    await typeInLab(directory.path, ['destroy']);
  }
}

/** The same in a cache that has the images and nothing else. */
async function upWithoutTemplates(): Promise<number> {
  const cacheHome = path.join(directory.path, 'cache');
  mkdirSync(path.join(cacheHome, 'raidlab'), { recursive: true });
  for (const name of store.heldNames().filter((held) => /^(?:kernel|tools)-/u.test(held)))
    execFileSync('cp', ['-r', path.join(store.rootHostPath, name), path.join(cacheHome, 'raidlab')]);
  process.env.XDG_CACHE_HOME = cacheHome;
  return upAndAway();
}
