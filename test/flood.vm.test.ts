import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keeperOf, openLabProject } from './rig/lab.ts';
import { openTestDirectory, readEvents, typeRaidlab } from './rig/raidlab.ts';

/** How much a guest says: little here, so that CI bears it; RAIDLAB_FLOOD_BYTES=1073741824 is what was measured. */
const floodBytes = Number(process.env.RAIDLAB_FLOOD_BYTES ?? 48 * 1024 * 1024);
// The console is a serial line, a byte at a time: under emulation a megabyte takes seconds.
const consoleBytes = Math.min(floodBytes, Number(process.env.RAIDLAB_CONSOLE_FLOOD_BYTES ?? 8 * 1024 * 1024));
const mostMemoryKiB = 250 * 1024;
const capBytes = 33 * 1024 * 1024;

// The first run builds the images; a gigabyte takes its time.
const timeout = 900_000 + (floodBytes / (1024 * 1024)) * 4000;

/** Gives the most memory that a process ever had, KiB. Source: proc_pid_status(5). */
async function peakMemoryKiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1] ?? assert.fail(status));
}

/** Commands of the guest's that say so much, in lines as programs print them. */
const flood = (bytes: number): string =>
  `yes 'a line of the flood, of which there are many: nothing to see here' | head -c ${String(bytes)}`;
const floodTo = (guestPath: string, bytes: number): string => `${flood(bytes)} > ${guestPath}`;

test('a lab that floods', { timeout }, async (suite) => {
  await using lab = await openLabProject();
  const { place } = lab;
  await lab.ok('up');
  const { pid } = (await keeperOf(place)).owner;
  const stays = async (): Promise<void> => {
    const peakKiB = await peakMemoryKiB(pid);
    suite.diagnostic(`the keeper had ${String(Math.round(peakKiB / 1024))} MiB at the most`);
    assert.ok(peakKiB < mostMemoryKiB, `${String(peakKiB)} KiB`);
    assert.match(await lab.ok('status'), /default is on/u);
  };

  await suite.test('its console', async () => {
    await lab.ok('ssh', '--', floodTo('/dev/ttyS0', consoleBytes));
    await stays();
    assert.ok((await stat(join(place.logsHostPath, 'console.log'))).size <= capBytes);
  });

  await suite.test('the port of the live writer', async () => {
    await lab.ok('ssh', '--', floodTo('/dev/virtio-ports/org.raidlab.journal', floodBytes));
    await stays();
  });

  await suite.test('a command of its own, which is the person’s, and no keeper’s', async () => {
    const { exitCode } = await lab.type('ssh', '--', flood(Math.min(floodBytes, 64 * 1024 * 1024)));
    assert.equal(exitCode, 0);
    await stays();
  });

  await suite.test('what it printed acts on nothing in `logs`, and is there as it was with --raw', async () => {
    // The flood ended in the middle of a line.
    await lab.ok('ssh', '--', String.raw`printf '\n\033]0;title\007\n::stop-commands::x\n' > /dev/ttyS0`);
    const shown = await lab.ok('logs');
    assert.match(shown, /^\\x1b\]0;title\\x07$/mu);
    assert.match(shown, /^\\x3a:stop-commands::x$/mu);
    assert.match(await lab.ok('logs', '--raw'), /\u001b\]0;title\u0007/u);
  });

  await suite.test('a crash behind a flood is seen', async () => {
    await lab.type('ssh', '--', `${floodTo('/dev/ttyS0', consoleBytes / 4)}; sync; echo c > /proc/sysrq-trigger`);
    const { exitCode, stdout, stderr } = await lab.type('status');
    assert.match(stdout + stderr, /sysrq triggered crash/u, String(exitCode));
  });
});

const example = fileURLToPath(new URL('../examples/my-drill.ts', import.meta.url));

/** The example of a drill of one's own, whose look at the repaired array floods first. */
async function writeFloodingDrill(hostPath: string, script: string): Promise<void> {
  const look = 'await run.look(lookAt(run.array).filesystemShow';
  const flooding = `await run.guest.run(run.ctx, ['sh', '-c', ${JSON.stringify(script)}], { timeoutMs: 3_600_000 });`;
  const text = await readFile(example, 'utf8');
  assert.ok(text.includes(look));
  await writeFile(hostPath, text.replace(look, `${flooding}\n    ${look}`));
}

const floods: readonly (readonly [name: string, script: string, exitCodes: readonly number[], said: RegExp])[] = [
  ['its console', floodTo('/dev/ttyS0', consoleBytes), [0, 2], /./u],
  ['the port of the live writer', floodTo('/dev/virtio-ports/org.raidlab.journal', floodBytes), [0, 2], /./u],
  ['a command', flood(floodBytes), [2], /wrote more than 16 MiB/u],
];

for (const [name, script, exitCodes, said] of floods) {
  test(`a drill that floods: ${name}`, { timeout }, async (context) => {
    await using directory = await openTestDirectory();
    await writeFloodingDrill(join(directory.hostPath, 'flood.ts'), script);
    const typed = typeRaidlab(directory.hostPath, ['drill', './flood.ts', '--reporter', 'list']);
    let peakKiB = 0;
    const look = setInterval(() => {
      void peakMemoryKiB(typed.child.pid ?? 0).then(
        (nowKiB) => (peakKiB = Math.max(peakKiB, nowKiB)),
        () => undefined,
      );
    }, 500);
    const { exitCode, stdout, stderr } = await typed.ended;
    clearInterval(look);
    context.diagnostic(`exit ${String(exitCode)}, ${String(Math.round(peakKiB / 1024))} MiB at the most`);
    // Held, or inconclusive: a flood is no finding about storage, and no bug.
    assert.ok(exitCodes.includes(exitCode), stdout + stderr);
    assert.match(stdout + stderr, said);
    assert.ok(peakKiB > 0 && peakKiB < mostMemoryKiB, `${String(peakKiB)} KiB`);
    const results = join(directory.hostPath, 'raidlab-results', 'latest');
    assert.ok((await stat(join(results, 'events.ndjson'))).size < 65 * 1024 * 1024);
    const events = await readEvents(directory.hostPath);
    assert.ok(events.every((event) => event.type !== 'check-judged' || event.check.outcome !== 'broken'));
    assert.equal(events.at(-1)?.type, 'run-ended');
  });
}
