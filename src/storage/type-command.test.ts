import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseReplaceStatus } from '../core/btrfs/replace-status.ts';
import { command } from '../core/plan/command.ts';
import { planReplace } from '../core/plan/repair.ts';
import { answerFrom, createScriptedMachine } from '../machine/fixtures/scripted-machine.ts';
import { createTestContext, failureOf } from '../machine/fixtures/scripted-peer.ts';
import { ask, CommandRefused, describeRefusal, said, tryCommand, typeCommand } from './type-command.ts';

const ctx = createTestContext();
const status = command('btrfs', 'replace', 'status', '-1', '/storage');
const machine = createScriptedMachine([
  answerFrom({
    true: {},
    tee: {},
    mount: { exitCode: 32, stderr: '  mount: wrong fs type\n       dmesg(1) may say more\n', stdout: 'and this\n' },
    false: { exitCode: 1 },
    btrfs: { stdout: 'Never started\n' },
    'btrfs replace status': { stdout: 'Never start' },
    'btrfs replace start': { exitCode: 1, stderr: 'ERROR: ioctl(DEV_REPLACE_START) failed on "/storage": No space left on device\n' },
    fallocate: { exitCode: 1, stderr: 'fallocate: fallocate failed: No space left on device\n' },
  }),
]);
const { guest } = machine;

test('a command is typed with its input and time as planned, and with neither when neither is', async () => {
  await typeCommand(ctx, guest, { argv: ['tee', '-a', '/etc/crypttab'], stdin: 'a line\n', timeoutMs: 5 });
  assert.deepEqual(machine.typed.at(-1), { argv: ['tee', '-a', '/etc/crypttab'], options: { input: 'a line\n', timeoutMs: 5 } });
  await typeCommand(ctx, guest, command('true'));
  assert.deepEqual(machine.typed.at(-1), { argv: ['true'], options: {} });
});

test('a refusal is a result for who tries, and an error for who types', async () => {
  const result = await tryCommand(ctx, guest, command('mount', '/storage'));
  assert.equal(result.exitCode, 32);
  await assert.rejects(typeCommand(ctx, guest, command('mount', '/storage')), (error) => {
    assert.ok(error instanceof CommandRefused);
    assert.deepEqual([error.machine, error.result.exitCode, error.message], ['main', 32, 'mount /storage: exit 32']);
    return true;
  });
});

test('a refusal is told with what the tool complained about first, and without an empty line when it said nothing', async () => {
  const loud = await tryCommand(ctx, guest, command('mount', '/storage'));
  assert.equal(said(loud), 'mount: wrong fs type\n       dmesg(1) may say more\nand this');
  assert.deepEqual(describeRefusal(loud), ['mount /storage: exit 32', 'mount: wrong fs type', '       dmesg(1) may say more', 'and this']);
  assert.deepEqual(describeRefusal(await tryCommand(ctx, guest, command('false'))), ['false: exit 1']);
});

test('a replace without room says what had none, and what gives it; a full file needs no words', async () => {
  const replace = await tryCommand(ctx, guest, planReplace({ mountPoint: '/storage' }, 1, '/dev/mapper/crypt-btrfs3'));
  const lines = describeRefusal(replace);
  assert.equal(lines.length, 4);
  assert.match(
    lines[2] ?? '',
    /no chunk could be allocated on the devices of \/storage, so that \/dev\/mapper\/crypt-btrfs3 could take over/u,
  );
  assert.match(lines[3] ?? '', /btrfs filesystem usage \/storage.*btrfs balance start -dusage=50 \/storage.*--disk-size 4GiB/u);
  assert.equal(describeRefusal(await tryCommand(ctx, guest, command('fallocate', '-l', '1G', '/storage/a'))).length, 2);
});

test('a look gives what was printed, parsed', async () => {
  assert.deepEqual(await ask(ctx, guest, command('btrfs', 'x'), parseReplaceStatus), { state: 'never-started' });
});

test('a look that is refused, or prints what is not known, is a failure of the guest and names the command', async () => {
  assert.deepEqual(await failureOf(ask(ctx, guest, command('mount'), String)), {
    area: 'guest',
    reason: 'command-failed',
    machine: 'main',
    argv: ['mount'],
    exitCode: 32,
    said: 'mount: wrong fs type\n       dmesg(1) may say more\nand this',
  });
  const failure = await failureOf(ask(ctx, guest, status, parseReplaceStatus));
  assert.ok(failure.reason === 'output-not-understood');
  assert.deepEqual(failure.argv, status.argv);
  assert.match(failure.message, /Never start/u);
});

test('an error of the parser itself is not taken for unknown output', async () => {
  const bug = new TypeError('a bug');
  await assert.rejects(
    ask(ctx, guest, command('true'), () => {
      throw bug;
    }),
    bug,
  );
});
