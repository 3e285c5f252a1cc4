import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
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

/** Runs it with a terminal; `answers` are typed one after the other, each when what it waits for has been shown. */
async function runAtTerminal(script: string, answers: readonly (readonly [string, string])[], pauseMs = 0) {
  const child = spawn('perl', [program, '--terminal', 'vt100', '30', '90', '/bin/sh', '-c', script], { detached: true });
  let [stdout, stderr] = ['', ''];
  const left = [...answers];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const [next] = left;
    if (next === undefined || !stdout.includes(next[0])) return;
    left.shift();
    setTimeout(() => child.stdin.write(next[1]), pauseMs);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  if (answers.length === 0) child.stdin.end();
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr };
}

const gaveTerminal = "raidlab: it waited for an answer, and was given the person's terminal.\n";

test('with a terminal the program is on one, its questions are told of once, and what is typed answers them', async () => {
  const asks = 'echo "$TERM $(stty size)"; printf "one? "; read -r a; printf "two? "; read -r b < /dev/tty; echo "$a, $b"; exit 4';
  const { status, stdout, stderr } = await runAtTerminal(asks, [
    ['one? ', 'yes\r'],
    ['two? ', 'no\r'],
  ]);
  assert.deepEqual([status, stdout], [4, 'vt100 30 90\r\none? yes\r\ntwo? no\r\nyes, no\r\n']);
  // On a busy host the answer is late, and the question told of.
  assert.ok(['', gaveTerminal].includes(stderr), stderr);
});

test('that it waits for an answer is told while it does', async () => {
  const { stdout, stderr } = await runAtTerminal(
    'printf "one? "; read -r a; printf "two? "; read -r b',
    [
      ['one? ', 'a\r'],
      ['two? ', 'b\r'],
    ],
    2500,
  );
  assert.deepEqual([stdout, stderr], ['one? a\r\ntwo? b\r\n', gaveTerminal]);
});

test('where nobody types any more, what asks is given Ctrl-D, and told so', async () => {
  const { status, stdout, stderr } = await runAtTerminal('printf "? "; read -r a || read -r b || exit 9', []);
  assert.deepEqual([status, stdout], [9, '? ']);
  assert.match(stderr, /^raidlab: it waits for an answer, and nobody can give one here: its input ends\.\n$/u);
});

test('Ctrl-C at the terminal is for the program', async () => {
  assert.equal((await runAtTerminal('printf "? "; read -r a', [['? ', '\u0003']])).status, 130);
  assert.equal((await runAtTerminal('trap "" INT; echo go; sleep 1', [['go', '\u0003']])).status, 0);
});
