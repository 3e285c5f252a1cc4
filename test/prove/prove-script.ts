import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordedEvent } from '../../src/core/event.ts';
import type { Check } from '../../src/core/verdict/verdict.ts';
import { openTestDirectory, readEvents, typeRaidlab } from '../rig/raidlab.ts';
import type { TriedScript } from './scripts.ts';

/** What `raidlab prove` came to. */
export interface ProvedScript {
  readonly exitCode: number;
  readonly printed: string;
  readonly events: readonly RecordedEvent[];
  readonly checks: readonly Check[];
}

/** Types `raidlab prove OPTION… -- SCRIPT ARG…`, in a directory that has the script if its text is given. */
export async function proveScript(
  script: { readonly name: string; readonly text?: string; readonly args?: readonly string[] },
  options: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
): Promise<ProvedScript> {
  await using directory = await openTestDirectory();
  for (const [file, content] of Object.entries(files)) await writeFile(join(directory.hostPath, file), content);
  const { name, text, args = [] } = script;
  if (text !== undefined) await writeFile(join(directory.hostPath, name), text);
  const typed = typeRaidlab(directory.hostPath, ['prove', ...options, '--', text === undefined ? name : `./${name}`, ...args]);
  const { exitCode, stdout, stderr } = await typed.ended;
  const events = await readEvents(directory.hostPath);
  const checks = events.flatMap((event) => (event.type === 'check-judged' ? [event.check] : []));
  return { exitCode, printed: stdout + stderr, events, checks };
}

/** Asserts that a script comes to what it must come to. */
export async function assertTried({ exitCode, broken, inconclusive, says, options, ...script }: TriedScript): Promise<void> {
  const proved = await proveScript(script, options);
  assert.equal(proved.exitCode, exitCode, proved.printed);
  const names = (outcome: Check['outcome']) => proved.checks.filter((check) => check.outcome === outcome).map((check) => check.name);
  for (const [outcome, allowed] of [
    ['broken', broken],
    ['inconclusive', inconclusive],
  ] as const)
    for (const name of names(outcome)) assert.ok(allowed?.test(name), `${script.name}: ${name} is ${outcome}\n${proved.printed}`);
  if (exitCode === 1) assert.ok(names('broken').length > 0);
  const evidence = proved.checks.find(({ name }) => name === 'script')?.evidence.join('\n') ?? '';
  if (says !== undefined) assert.match(evidence, says);
}
