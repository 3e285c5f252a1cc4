import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import type { RecordedEvent } from '../src/core/event.ts';
import { proveScript } from './prove/prove-script.ts';
import { openTestDirectory, readEvents } from './rig/raidlab.ts';
import { openTerminal, raidlabLine } from './rig/terminal.ts';

// The first run builds the images.
const timeoutMs = 900_000;

const example = (name: string): string => fileURLToPath(new URL(`../examples/prove/${name}`, import.meta.url));

test('the seed’s own replace procedure exits 0, and is broken: single chunks', { timeout: timeoutMs }, async () => {
  const { exitCode, printed, checks, events } = await proveScript({ name: example('seed-replace.sh') });
  assert.equal(exitCode, 1, printed);
  const broken = checks.filter(({ outcome }) => outcome === 'broken').map(({ name }) => name);
  assert.ok(broken.includes('profiles') && broken.every((name) => /^(?:profiles|leg-alone-.*|reboot)$/u.test(name)), broken.join());
  const script = checks.find(({ name }) => name === 'script');
  assert.equal(script?.outcome, 'held');
  assert.match(script.evidence.join('\n'), /exit 0/u);
  const ended = events.find(
    (event) => event.type === 'command-ended' && event.argv.join(' ') === '/run/raidlab-run-script /root/seed-replace.sh',
  );
  assert.ok(ended?.type === 'command-ended' && ended.stdout.includes('Total devices 2') && /no errors found/iu.test(ended.stdout));
});

test('with the balance added it holds, and the alarm that raidlab writes has told of the fault', { timeout: timeoutMs }, async () => {
  const alarm = await readFile(new URL('../examples/alarm-template.sh', import.meta.url), 'utf8');
  const words = ['{devid}', '{lost-mapping}', '{survivor-mapping}', '{spare}', '{spare-mapping}'];
  const { exitCode, printed, events } = await proveScript(
    { name: example('balanced-replace.sh'), args: words },
    ['--alarm', "'./my alarm.sh' /storage"],
    { 'my alarm.sh': alarm },
  );
  assert.equal(exitCode, 0, printed);
  const judged = events.find((event) => event.type === 'alarm-judged');
  assert.ok(judged?.type === 'alarm-judged');
  assert.deepEqual([judged.alarm.rangBefore, judged.alarm.isBroken], [null, false]);
  // It runs every few seconds: before the restart it counts errors, after it nothing is mounted.
  assert.match(judged.alarm.firstRang?.said ?? '', /^\/storage: (?:errors were counted|it is not mounted)/u);
  assert.match(printed, /^ {2}alarm {2,}rang \d+ s after the fault/mu);
});

test('a script that does nothing is broken, and what it wrote is kept', { timeout: timeoutMs }, async () => {
  const { exitCode, printed, checks } = await proveScript({ name: 'nothing.sh', text: '#!/bin/sh\necho all done, ‘really’\n' });
  assert.equal(exitCode, 1, printed);
  assert.match(checks.find(({ name }) => name === 'script')?.evidence.join('\n') ?? '', /all done, ‘really’/u);
  assert.equal(checks.find(({ name }) => name === 'mounted')?.outcome, 'broken');
});

test(
  'a script that hangs is ended, with all that it started; it is told at what, and nothing is said of storage',
  { timeout: timeoutMs },
  async () => {
    const { exitCode, printed, checks } = await proveScript({ name: 'hang.sh', text: '#!/bin/sh\n(sleep 4711) &\nsleep 4712\n' }, [
      '--script-limit',
      '3',
    ]);
    assert.equal(exitCode, 2, printed);
    assert.deepEqual(
      checks.map(({ name, outcome }) => [name, outcome]),
      [['script', 'inconclusive']],
    );
    const evidence = checks.flatMap((check) => check.evidence).join('\n');
    assert.match(evidence, /sleep 4711/u);
    assert.match(evidence, /sleep 4712/u);
    assert.match(printed, /did not end within/u);
  },
);

const checksOf = (events: readonly RecordedEvent[]) => events.flatMap((event) => (event.type === 'check-judged' ? [event.check] : []));

const asking = `#!/bin/sh
echo "working on $(tty)"
printf 'Really replace it? '
read -r answer
test "$answer" = yes || exit 7
stty -echo
printf 'Passphrase: '
read -r secret < /dev/tty
stty echo
test "$secret" = swordfish || exit 8
echo "thank you, $(stty size)"
`;

test(
  'a script that asks has the person’s terminal: its questions, their keys, its size; what they type is not kept',
  { timeout: timeoutMs },
  async () => {
    await using directory = await openTestDirectory();
    const hostPath = join(directory.hostPath, 'my scripts');
    await mkdir(hostPath);
    await writeFile(join(hostPath, 'ask me.sh'), asking);
    const session = openTerminal(hostPath, `${raidlabLine('prove', '--', './ask me.sh')}; echo ended: $?`, { CI: '' });
    await session.shown(/ask me\.sh waits for an answer/u, timeoutMs);
    await session.shown(/working on \/dev\/pts\/\d+\s+Really replace it\? /u);
    session.press('yes\r');
    await session.shown('Passphrase: ');
    session.press('swordfish\r');
    await session.shown('thank you, 33 101');
    await session.shown('ended: 1', timeoutMs);
    assert.doesNotMatch(session.screen(), /swordfish/u);
    const events = await readEvents(hostPath);
    assert.doesNotMatch(JSON.stringify(events), /swordfish/u);
    const script = checksOf(events).find(({ name }) => name === 'script');
    assert.ok(script?.outcome === 'held');
    assert.match(script.evidence.join('\n'), /was given the person's terminal[^]*Really replace it\? yes\nPassphrase: thank you/u);
  },
);

test(
  'Ctrl-C at the terminal is for the script, and one whose person leaves finds the end of its input',
  { timeout: timeoutMs },
  async () => {
    for (const [keys, says] of [
      ['\u0003', /exit 130/u],
      ['\u001d', /exit 9/u],
    ] as const) {
      await using directory = await openTestDirectory();
      await writeFile(join(directory.hostPath, 'ask.sh'), "#!/bin/sh\necho 'Really? '\nread -r answer || exit 9\n");
      const session = openTerminal(directory.hostPath, raidlabLine('prove', '--', './ask.sh'), { CI: '' });
      await session.shown(/Really\? /u, timeoutMs);
      session.press(keys);
      assert.equal(await session.ended, 1, session.screen());
      const checks = checksOf(await readEvents(directory.hostPath));
      assert.match(checks.find(({ name }) => name === 'script')?.evidence.join('\n') ?? '', says);
    }
  },
);
