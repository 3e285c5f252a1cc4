import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { proveScript } from './prove/prove-script.ts';

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
  // Words are all that an alarm is, and this checkout's path may have blanks.
  const alarm = await readFile(new URL('../examples/alarm-template.sh', import.meta.url), 'utf8');
  const words = ['{devid}', '{lost-mapping}', '{survivor-mapping}', '{spare}', '{spare-mapping}'];
  const { exitCode, printed, events } = await proveScript(
    { name: example('balanced-replace.sh'), args: words },
    ['--alarm', './alarm.sh /storage'],
    { 'alarm.sh': alarm },
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
