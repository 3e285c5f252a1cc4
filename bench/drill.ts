// `npm run bench:plain`: the procedure of the default drill, booted and not forked, against the same commands in plain shell scripts on the same
// QEMU, kernel, image and payload. Both are measured in one run, in turns; only the ratio is worth keeping.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createContext } from '../src/machine/context.ts';
import { writePayloadImage } from '../src/storage/payload-image.ts';
import type { RecordedEvent } from '../src/core/event.ts';
import { guestScripts, hostScript } from './plain-script.ts';

const root = path.resolve(import.meta.dirname, '..');
const rounds = Number(process.argv[2] ?? 3);
const seed = 'bench';
const mebibyte = 1024 * 1024;

const directory = mkdtempSync(path.join(tmpdir(), 'raidlab-bench-'));
try {
  drill(); // builds what is missing, warms the caches
  const events = readEvents();
  const payload = path.join(directory, 'payload.tar');
  await writePayloadImage(createContext(), payload, seed, [
    { tree: 'payload', sizeBytes: 32 * mebibyte },
    { tree: 'written-degraded', sizeBytes: 8 * mebibyte },
  ]);
  const systemBase = systemWithScripts(events);
  const times = Array.from({ length: rounds }, (_, round) => {
    const plainMs = plain(events, { payload, systemBase, round });
    const drillMs = drill();
    console.log(
      `round ${String(round + 1)}: plain scripts ${seconds(plainMs)}, procedure of the drill ${seconds(drillMs)}, ratio ${(drillMs / plainMs).toFixed(2)}`,
    );
    return { plainMs, drillMs };
  });
  const ratio = median(times.map(({ plainMs, drillMs }) => drillMs / plainMs));
  console.log(`procedure / plain scripts, median of ${String(rounds)}: ${ratio.toFixed(2)} (goal: at most 1.5)`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** Runs the default drill; gives the wall time of its procedure, from the start of its first machine to its proof, milliseconds. */
function drill(): number {
  const { status, stderr } = spawnSync(path.join(root, 'raidlab'), ['drill', '--cold', '--seed', seed], {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 64 * mebibyte,
  });
  if (status !== 0) throw new Error(`the drill ended with exit ${String(status)}: ${stderr}`);
  const events = readEvents();
  const first = events.find((event) => event.type === 'machine-started') ?? events[0];
  return Date.parse(events.at(-1)?.at ?? '') - Date.parse(first?.at ?? '');
}

/** The events of the last drill, until its proof. */
function readEvents(): readonly RecordedEvent[] {
  const text = readFileSync(path.join(directory, 'raidlab-results', 'latest', 'events.ndjson'), 'utf8');
  const events = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedEvent);
  return events.slice(0, events.findIndex((event) => event.type === 'step-started' && event.step === 'proof') + 1);
}

/** Copies the blank system image and puts the guests' scripts into it. */
function systemWithScripts(events: readonly RecordedEvent[]): string {
  const argv = events.flatMap((event) => (event.type === 'machine-started' ? event.argv : [])).join(' ');
  const tools = /"filename":"([^"]+)\/root\.erofs"/u.exec(argv)?.[1];
  if (tools === undefined) throw new Error('the events start no machine');
  const image = path.join(directory, 'system.ext4');
  execFileSync('cp', ['--sparse=always', path.join(tools, 'system.ext4'), image]);
  const scripts = path.join(directory, 'scripts');
  mkdirSync(scripts);
  cpSync(path.join(import.meta.dirname, '../src/storage/guest-programs/journal-writer.pl'), path.join(scripts, 'journal-writer.pl'));
  for (const [machine, script] of guestScripts(events)) writeFileSync(path.join(scripts, machine), script);
  const names = ['journal-writer.pl', ...guestScripts(events).keys()];
  const commands = [
    'mkdir upper',
    'mkdir upper/bench',
    'cd upper/bench',
    ...names.flatMap((name) => [`write ${path.join(scripts, name)} ${name}`, `set_inode_field ${name} mode 0100755`]),
  ];
  execFileSync('debugfs', ['-w', '-f', '-', image], { input: `${commands.join('\n')}\n`, stdio: ['pipe', 'ignore', 'ignore'] });
  return image;
}

/** Runs the plain scripts; gives their wall time, milliseconds. */
function plain(
  events: readonly RecordedEvent[],
  { payload, systemBase, round }: { payload: string; systemBase: string; round: number },
): number {
  const place = path.join(directory, `plain-${String(round)}`);
  mkdirSync(place);
  const script = path.join(place, 'plain.sh');
  writeFileSync(script, hostScript(events, { directory: place, systemBase, payload, diskBytes: 1024 * mebibyte }));
  const ms = timed(() => {
    const { status, stderr } = spawnSync('bash', [script], { encoding: 'utf8', timeout: 300_000 });
    if (status !== 0) throw new Error(`the plain script ended with exit ${String(status)}: ${stderr}`);
  });
  return ms;
}

function timed(work: () => void): number {
  const startedMs = performance.now();
  work();
  return performance.now() - startedMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
