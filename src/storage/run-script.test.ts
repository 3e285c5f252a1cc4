import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('guest-programs/run-script.pl', import.meta.url));

function run(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('perl', [program, ...words], { encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}

test('both outputs come out of one, in their order, and the exit status is the program’s', () => {
  assert.deepEqual(run('/bin/sh', '-c', 'echo one; echo two >&2; echo three; exit 3'), {
    status: 3,
    stdout: 'one\ntwo\nthree\n',
    stderr: '',
  });
  assert.equal(run('/bin/sh', '-c', 'kill -KILL $$').status, 137);
});

test('a program that is not there, or cannot be run, exits as a shell has it', () => {
  assert.deepEqual(run('/nonexistent/x'), { status: 127, stdout: '/nonexistent/x: No such file or directory\n', stderr: '' });
  assert.equal(run('/proc/self').status, 126);
});

test('a question is told of once, and answered with the end of the input', () => {
  const { status, stdout } = run('/bin/sh', '-c', 'printf "Really? "; read -r one || read -r two || exit 9');
  assert.deepEqual([status, stdout], [9, 'Really? raidlab: it waits for an answer, and nobody can give one here: its input ends.\n']);
});

test('a program that waits for something else is left alone, whatever its input is', () => {
  assert.deepEqual(run('/bin/sh', '-c', 'sleep 1.5; echo done'), { status: 0, stdout: 'done\n', stderr: '' });
});

test('everything that it starts is in one session of its own', () => {
  const { stdout } = run('/bin/sh', '-c', 'ps -o sid= -p $$; (sleep 0.1; ps -o sid= -p $$) & wait; ps -o pid= -p $PPID');
  const [own, other, runner] = stdout.trim().split(/\s+/u);
  assert.deepEqual([own, other], [runner, runner]);
});
