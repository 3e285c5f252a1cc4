import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { getDocPageAsync } from '@optique/core/parser';
import stringWidth from 'string-width';
import { openSandbox } from './fixtures/run-raidlab.ts';
import { makeCli } from './make-cli.ts';
import type { Cli } from './cli.ts';
import { parserFor } from './commands.ts';
import { examplesOf, parseCommandLine } from './parse-command-line.ts';

const terminal = new PassThrough();

/** Gives what a command line shows: on a terminal of that width, or in a pipe. */
async function shown(argv: readonly string[], columns?: number, env: Readonly<Record<string, string>> = {}): Promise<string> {
  let text = '';
  await parseCommandLine(
    cliOf(argv, columns, env, (said) => {
      text += said;
    }),
  );
  return text;
}

function cliOf(
  argv: readonly string[],
  columns: number | undefined,
  env: Readonly<Record<string, string>>,
  say: (text: string) => void,
): Cli {
  const stdout = Object.assign(new PassThrough(), {
    isTTY: columns !== undefined,
    ...(columns === undefined ? {} : { columns }),
    write: (said: string | Uint8Array) => {
      say(String(said));
      return true;
    },
  });
  return makeCli({
    version: '1.2.3',
    nodeVersion: '24.0.0',
    moduleUrl: 'file:///usr/lib/node_modules/raidlab/dist/cli/main.js',
    argv,
    env: { LANG: 'C.UTF-8', NO_COLOR: '1', HOME: '/nonexistent', ...env },
    cwdHostPath: '/',
    nodeArgv: ['node'],
    stdin: () => terminal,
    stdout: stdout,
    stderr: stdout,
  });
}

/** Every command and subcommand that is shown. */
async function allCommands(): Promise<readonly (readonly string[])[]> {
  const parser = await parserFor(cliOf([], undefined, {}, () => undefined));
  const below = async (words: readonly string[]): Promise<readonly (readonly string[])[]> => {
    const entries = (await getDocPageAsync(parser, words))?.sections.flatMap((section) => section.entries) ?? [];
    const names = entries.flatMap(({ term }) => (term.type === 'command' && term.hidden !== true ? [term.name] : []));
    return names.map((name) => [...words, name]);
  };
  const commands = await below([]);
  return [...commands, ...(await Promise.all(commands.map(below))).flat()];
}

const wordsOf = (text: string): readonly string[] => text.split(/\s+/u).filter((word) => word !== '' && word !== '\\');

for (const command of ['', 'drill', 'disk', 'ssh']) {
  const argv = [...(command === '' ? [] : [command]), '--help'];
  for (const columns of [40, 60, 80, 120]) {
    test(`raidlab ${argv.join(' ')} at ${String(columns)} columns`, async (context) => {
      context.assert.snapshot(await shown(argv, columns), { serializers: [String] });
    });
  }
  test(`raidlab ${argv.join(' ')} in a pipe is laid out for 80 columns, or for COLUMNS`, async () => {
    assert.equal(await shown(argv), await shown(argv, 80));
    assert.equal(await shown(argv, undefined, { COLUMNS: '60' }), await shown(argv, 60));
  });
}

test('help in a real pipe has 80 columns', async () => {
  using sandbox = openSandbox();
  const { stdout } = await sandbox.run('disk', '--help');
  assert.ok(stdout.split('\n').every((row) => stringWidth(row) <= 80));
  assert.ok(stdout.split('\n').some((row) => stringWidth(row) > 72));
});

test('no width breaks a word, or usage inside brackets; no row is too wide that has two words', async () => {
  for (const words of [[], ...(await allCommands())]) {
    const whole = wordsOf(await shown([...words, '--help'], 10_000));
    for (const columns of [24, 40, 59, 60, 80, 120]) {
      const text = await shown([...words, '--help'], columns);
      assert.deepEqual(wordsOf(text), whole, `${words.join(' ')} at ${String(columns)}`);
      const rows = text.split('\n');
      for (const row of rows) {
        assert.equal(row, row.trimEnd());
        if (columns >= 40 && !/^ *\S+(?: \\)?$/u.test(row)) assert.ok(stringWidth(row) <= columns, `${row} (${String(columns)} columns)`);
      }
      const usage = rows.slice(rows.findIndex((row) => row.startsWith('Usage: ')));
      for (const row of usage.slice(0, usage.indexOf(''))) {
        assert.equal(row.split('[').length, row.split(']').length, row);
        assert.equal(row.split('(').length, row.split(')').length, row);
      }
    }
  }
});

test('every command and subcommand has an example of its own', async () => {
  for (const [command = '', ...rest] of await allCommands()) {
    const typed = (await examplesOf(command)).map(({ words }) => `${words} `);
    const wanted = `${[command, ...rest].join(' ')} `;
    assert.ok(
      typed.some((words) => words.startsWith(wanted)),
      wanted,
    );
  }
});

test('exit codes are all told for raidlab and its drills, and else those that apply', async () => {
  const codes = async (...argv: readonly string[]): Promise<readonly string[]> => {
    const rows = (await shown([...argv, '--help'])).split('\n');
    return rows.slice(rows.indexOf('Exit codes:') + 1).flatMap((row) => /^ {2,5}(\d+|N) {2}/u.exec(row)?.[1] ?? []);
  };
  const all = ['0', '1', '2', '3', '64', '69', '70', '130'];
  assert.deepEqual(await codes(), all);
  assert.deepEqual(await codes('drill'), all);
  assert.deepEqual(await codes('drills'), ['0', '64', '69', '70', '130']);
  assert.deepEqual(await codes('reload'), all);
  assert.deepEqual(await codes('ssh'), ['N', '255', '64', '69']);
  assert.deepEqual(await codes('kernel-log'), ['0', '2', '3', '64', '70', '130']);
});

test('raidlab --help tells the environment variables', async () => {
  const text = await shown(['--help']);
  for (const name of ['NO_COLOR', 'RAIDLAB_CACHE_SIZE', 'RAIDLAB_MIRROR', 'XDG_CACHE_HOME'])
    assert.match(text, new RegExp(`^ {2}${name} `, 'mu'));
});

test('the version is asked for in four ways', async () => {
  for (const argv of [['--version'], ['-V'], ['version'], ['drill', '-V']]) assert.equal(await shown(argv), '1.2.3\n', argv.join(' '));
});

test('a shell completes paths, suites and seeds where they stand', async () => {
  const words = async (...argv: readonly string[]): Promise<readonly string[]> =>
    (await shown(['completion', 'bash', ...argv], undefined)).split('\n').filter((row) => row !== '');
  assert.deepEqual(await words('drill', '--seed', 'r'), ['random']);
  assert.deepEqual(await words('drill', '--accelerator', ''), ['auto', 'kvm', 'tcg']);
  assert.deepEqual(await words('up', '--bus', ''), ['scsi', 'virtio', 'nvme']);
  assert.deepEqual(await words('drill', '--tag', 'lu'), ['luks']);
  assert.match((await words('drill', '--output', '')).join('\n'), /^__FILE__:directory:/u);
  assert.match((await words('kernel-log', '')).join('\n'), /^__FILE__:file:/mu);
  assert.match((await words('cp', ':')).join('\n'), /^__FILE__:any:/mu);
});
