import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtempDisposable, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createScriptedMachine } from '../../machine/fixtures/scripted-machine.ts';
import { serveConsole } from './serve-console.ts';

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(2);
}

async function sitDown(hostPath: string): Promise<Socket> {
  const socket = connect(hostPath);
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

test('what is typed at the socket is typed at the console, by one who sits there as long as the connection lasts', async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'raidlab-console-'));
  const hostPath = join(directory.path, 'shell.sock');
  const machine = createScriptedMachine([]);
  const console = await serveConsole(machine, hostPath);
  assert.equal((await stat(hostPath)).mode & 0o777, 0o600);
  const first = await sitDown(hostPath);
  first.write('root\n');
  await until(() => machine.typedAtConsole() === 'root\n');
  assert.equal(machine.seats(), 1);
  first.destroy();
  await until(() => machine.seats() === 0);
  const second = await sitDown(hostPath);
  second.write('x');
  await until(() => machine.seats() === 1 && machine.typedAtConsole() === 'root\nx');
  const gone = new Promise((resolve) => second.once('close', resolve));
  await console[Symbol.asyncDispose]();
  await gone;
  assert.equal(machine.seats(), 0);
  assert.ok(!existsSync(hostPath));
});
