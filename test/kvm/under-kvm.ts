// `npm run test:kvm`: what raidlab does under KVM, in a machine that has it by emulation: see outer-machine.ts.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createContext } from '../../src/machine/context.ts';
import type { CommandResult } from '../../src/machine/guest.ts';
import type { RunResult } from '../../src/report/drill/result.ts';
import type { Finding } from '../../src/core/host/doctor.ts';
import { assertForked } from './assert-forked.ts';
import { openOuterMachine } from './outer-machine.ts';
import type { OuterMachine } from './outer-machine.ts';

const evidenceHostPath = resolve('raidlab-results', `kvm-${new Date().toISOString().replaceAll(/[-:]|\.\d+/gu, '')}`);

/** Every machine in it is emulated by one that is emulated. */
const timeout = 4 * 60 * 60_000;

test('under KVM', { timeout }, async (suite) => {
  const outerHostPath = join(evidenceHostPath, 'outer');
  await mkdir(outerHostPath, { recursive: true });
  await using outer = await openOuterMachine(createContext({ signal: suite.signal }), outerHostPath);

  /** A part of the suite with a directory of its own in the home; when something is not as it must be, that is said at once, and the directory brought out. */
  const part = (title: string, directory: string, body: (raidlab: Raidlab, part: TestContext) => Promise<void>): Promise<void> =>
    suite.test(title, async (given) => {
      try {
        await body((...words) => outer.type(directory, words), given);
      } catch (error) {
        given.diagnostic(error instanceof Error ? error.message : String(error));
        await outer.bringOut(directory, evidenceHostPath);
        given.diagnostic(`what it left: ${join(evidenceHostPath, directory)}; the outer machine: ${outerHostPath}`);
        throw error;
      }
    });

  await part('KVM is chosen unless told otherwise; a template is saved under it, and a fork runs a command', 'fork', async () => {
    assertForked(await outer.runProgram('fork', 'test/kvm/inside/fork-once.ts'));
  });

  await part('the default drill holds, with an empty cache', 'cold', async (raidlab, given) => {
    assertHeld(await drill(outer, 'cold', await raidlab('drill'), given));
  });

  await part('the default drill holds, from its template', 'warm', async (raidlab, given) => {
    const result = await drill(outer, 'warm', await raidlab('drill', '--accelerator', 'kvm'), given);
    assertHeld(result);
    assert.ok(result.drills[0]?.steps.some((step) => step.outcome === 'restored'));
  });

  await part('its twin breaks, as expected', 'twin', async (raidlab, given) => {
    const result = await drill(outer, 'twin', await raidlab('drill', '--twin', '--accelerator', 'kvm'), given);
    assert.equal(result.exitCode, 0);
    assert.equal(result.drills[0]?.verdict, 'broken');
    assert.deepEqual(result.drills[0].surprises, []);
  });

  await part('two drills at once hold: machines under KVM do not disturb each other', 'two', async (raidlab, given) => {
    const words = ['replace-missing-disk', 'replace-pulled-disk-online', '--jobs', '2', '--accelerator', 'kvm'];
    const result = await drill(outer, 'two', await raidlab('drill', ...words), given);
    assert.equal(result.exitCode, 0);
    assert.deepEqual(
      result.drills.map(({ verdict }) => verdict),
      ['held', 'held'],
    );
  });

  await part('a kernel that crashes is a verdict with its names', 'crash', async (raidlab, given) => {
    const result = await drill(outer, 'crash', await raidlab('drill', 'kernel-crash', '--accelerator', 'kvm'), given);
    assert.equal(result.exitCode, 3);
    assert.equal(result.drills[0]?.verdict, 'crashed');
    assert.deepEqual(
      result.drills[0].kernelTrouble.map(({ kind, during }) => [kind, during]),
      [['panic', 'device replace']],
    );
  });

  await part('a lab is made, broken, saved, made again what it was, and destroyed', 'lab', async (raidlab) => {
    const ok = async (...words: readonly string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await raidlab(...words);
      assert.equal(exitCode, 0, `raidlab ${words.join(' ')}\n${stdout}${stderr}`);
      return stdout;
    };
    assert.match(await ok('up', '--accelerator', 'kvm'), /^default is on, after /u);
    await ok('ssh', '--', 'echo one > /storage/note; sync; echo in-memory > /run/note');
    assert.match(await ok('disk', 'pull', 'DISK1'), /^DISK1 +1 GiB +.*pulled/u);
    await ok('snapshot', 'save', 'before');
    await ok('disk', 'insert', 'DISK1');
    await ok('ssh', '--', 'echo two > /storage/note; echo other > /run/note');
    assert.match(await ok('snapshot', 'restore', 'before'), /^default is on, as it was in before/u);
    assert.equal(await ok('ssh', '--', 'cat', '/storage/note', '/run/note'), 'one\nin-memory\n');
    assert.match(await ok('disk', 'ls'), /^DISK1 +1 GiB +.*pulled/mu);
    await ok('destroy');
  });

  await part('doctor knows that a kernel booted under it', 'doctor', async (raidlab) => {
    const finding = findingOf(await raidlab('doctor', '--json'), 'kvm');
    assert.deepEqual([finding.outcome, finding.what], ['ok', 'a kernel booted under /dev/kvm']);
  });

  await part('a user who is not in the group kvm is told so, and how to mend it', 'doctor', async () => {
    const finding = findingOf(await outer.type('doctor', ['doctor', '--json'], { mayOpenKvm: false }), 'kvm');
    assert.equal(finding.outcome, 'warn');
    assert.match(finding.what, /raidlab may not open it/u);
    assert.equal(finding.mend, 'sudo usermod --append --groups kvm raidlab # then log in again');
  });
});

type Raidlab = (...words: readonly string[]) => Promise<CommandResult>;

function findingOf({ stdout, stderr }: CommandResult, name: string): Finding {
  assert.notEqual(stdout, '', stderr);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
  const finding = findings.find((candidate) => candidate.name === name);
  assert.ok(finding !== undefined, stdout);
  return finding;
}

/** Reads the result of the drill that was typed in a directory, which ran under KVM, and tells it. */
async function drill(outer: OuterMachine, directory: string, typed: CommandResult, given: TestContext): Promise<RunResult> {
  const said = typed.stdout + typed.stderr;
  const read = await outer.run(['cat', `/home/raidlab/${directory}/raidlab-results/latest/result.json`]);
  const result = JSON.parse(read.stdout) as RunResult;
  for (const { drill: name, verdict, checks, steps, durationMs } of result.drills) {
    const held = checks.filter((check) => check.outcome === 'held').length;
    const times = steps.map((step) => `${step.name} ${seconds(step.durationMs)}`).join(', ');
    given.diagnostic(`${name}: ${String(verdict)}, ${held} of ${checks.length} checks held, ${seconds(durationMs ?? 0)} (${times})`);
  }
  assert.equal(result.exitCode, typed.exitCode, said);
  assert.equal(result.accelerator?.name, 'kvm', said);
  assert.deepEqual(result.failures, [], said);
  return result;
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

function assertHeld({ exitCode, drills }: RunResult): void {
  assert.equal(exitCode, 0);
  assert.deepEqual(
    drills.map(({ verdict, checks }) => [verdict, checks.length, checks.every((check) => check.outcome === 'held')]),
    [['held', 10, true]],
  );
}
