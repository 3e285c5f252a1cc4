import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { openSandbox } from '../fixtures/run-raidlab.ts';

const directory = new URL('../../../examples/ci/', import.meta.url);

/** Gives every text in a document. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Gives the commands of raidlab in an example, with values in place of variables. */
function commandsIn(name: string): readonly (readonly string[])[] {
  const document: unknown = parse(readFileSync(new URL(name, directory), 'utf8'));
  const lines = textsIn(document).flatMap((text) => text.split('\n'));
  return lines
    .map((line) => line.trim())
    .filter((line) => line.startsWith('raidlab '))
    .map((line) =>
      line
        .replaceAll(/\$\{\{ matrix\.shard \}\}|\$CI_NODE_INDEX|\$number/gu, '2')
        .replaceAll('$CI_NODE_TOTAL', '4')
        .replaceAll('*.bundle', '1.bundle 2.bundle')
        .split(' ')
        .slice(1),
    );
}

for (const name of readdirSync(directory)) {
  test(`what ${name} types is what raidlab takes`, async () => {
    using sandbox = openSandbox();
    const commands = commandsIn(name);
    assert.ok(commands.length > 0);
    for (const words of commands) {
      assert.doesNotMatch(words.join(' '), /\$/u);
      const { exitCode, stdout, stderr } = await sandbox.run(...words, ...(words[0] === 'drill' ? ['--plan'] : []));
      if (words[0] === 'drill') {
        assert.equal(exitCode, 0, stderr);
        assert.match(stdout, /^Shard 2\/4 .* this one$/mu);
      } else {
        // Its words are understood; the bundles are not there.
        assert.match(stderr, /1\.bundle cannot be used as a bundle: there is no such file/u);
      }
    }
  });
}
