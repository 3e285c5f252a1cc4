import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createContext } from '../../src/machine/context.ts';
import { assertForked } from './assert-forked.ts';
import { openOuterMachine } from './outer-machine.ts';

// The first run builds the images, the outer machine's among them.
const timeout = 900_000;

test('under KVM a machine boots, is saved as a template, and its fork runs a command', { timeout }, async ({ signal }) => {
  await using evidence = await mkdtempDisposable(join(tmpdir(), 'raidlab-kvm-'));
  await using outer = await openOuterMachine(createContext({ signal }), evidence.path);
  assertForked(await outer.runProgram('test/kvm/inside/fork-once.ts'));
});
