import assert from 'node:assert/strict';
import type { EventBody } from '../../src/core/event.ts';
import type { CommandResult } from '../../src/machine/guest.ts';

/** What the command in the fork said. */
interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
}

/** Asserts, from what inside/fork-once.ts printed, that KVM was chosen, a machine booted and saved under it, and another forked from that. */
export function assertForked({ exitCode, stdout, stderr }: CommandResult): void {
  assert.equal(exitCode, 0, stdout + stderr);
  const documents = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as EventBody | Answer);
  const events = documents.filter((document) => 'type' in document);
  const answer = documents.find((document): document is Answer => !('type' in document));
  const chosen = events.find((event) => event.type === 'accelerator-chosen');
  assert.equal(chosen?.accelerator, 'kvm', stdout);
  assert.match(chosen.reason, /^\/dev\/kvm is there, and a kernel booted under it/u);
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'machine-booted' ? [[event.machine, event.from]] : [])),
    [
      ['booted-template', 'kernel'],
      ['main', 'template'],
    ],
    stdout,
  );
  assert.ok(!events.some((event) => event.type === 'cache-entry-rejected' || event.type === 'kernel-trouble-seen'), stdout);
  assert.deepEqual([answer?.exitCode, /^\d+\.\d+\S*\n[0-9a-f-]{36}\n$/u.test(answer?.stdout ?? '')], [0, true], stdout);
}
