import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { builtLab } from '../../core/lab/fixtures/built-lab.ts';
import type { LabState } from '../../core/lab/lab-state.ts';
import { createTestContext, failureOf } from '../../machine/fixtures/scripted-peer.ts';
import { openLabDirectory } from '../fixtures/lab-directory.ts';
import { writeLabState } from '../place/state-file.ts';
import { awaitOff } from './await-off.ts';
import { removeKeeperRecord, writeKeeperRecord } from './keeper-record.ts';

const machine = { kernelVersion: '6.12', tools: 'trixie', accelerator: 'tcg', qemuVersion: '10.0.2' } as const;
const on = (at: string): LabState => ({ ...builtLab, life: { state: 'on', at, machine } });

async function openLabThatIsOn() {
  const directory = await openLabDirectory();
  await writeLabState(directory.place, on('2026-11-25T17:00:00.000Z'));
  await writeKeeperRecord(directory.place, { socketHostPath: '/run/k.sock', raidlabVersion: '0.1.0' });
  return directory;
}

test('how a machine went off is waited for, and told', async () => {
  await using lab = await openLabThatIsOn();
  const waiting = failureOf(awaitOff(createTestContext(), lab.place));
  await writeLabState(lab.place, builtLab);
  await removeKeeperRecord(lab.place);
  const failure = await waiting;
  assert.ok(failure.reason === 'not-on' && failure.lab === 'default');
});

test('who waits for a lab to go off is told nothing when it is on again', async () => {
  await using lab = await openLabThatIsOn();
  const waiting = awaitOff(createTestContext(), lab.place);
  const isOver = waiting.then(() => true);
  // Again and again: nobody tells when it has looked for the first time.
  let atMs = Date.parse('2026-11-25T18:00:00.000Z');
  while (!(await Promise.race([isOver, delay(5, false)]))) await writeLabState(lab.place, on(new Date((atMs += 1000)).toISOString()));
});
