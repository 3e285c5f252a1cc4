import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { UnknownOutput } from './unknown-output.ts';

/** One real output of a tool, recorded in a guest. */
export interface Recording {
  /** The folder in test/recorded: whose userland it was. */
  readonly suite: string;
  /** The name of the case; the same in every suite. */
  readonly name: string;
  readonly stdout: string;
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly stderr: string;
  readonly toolVersion: string;
}

type IndexEntry = Pick<Recording, 'argv' | 'exitCode' | 'stderr' | 'toolVersion'> & { readonly file: string };

const folder = new URL('../../../test/recorded/', import.meta.url);

function readSuite(suite: string): readonly Recording[] {
  const index = JSON.parse(readFileSync(new URL(`${suite}/index.json`, folder), 'utf8')) as readonly IndexEntry[];
  return index.map(({ file, ...rest }) => ({
    ...rest,
    suite,
    name: file.replace(/\.txt$/, ''),
    stdout: readFileSync(new URL(`${suite}/${file}`, folder), 'utf8'),
  }));
}

/** Every recording of every suite: of every folder that has an index. */
export const recordings: readonly Recording[] = readdirSync(folder)
  .filter((name) => existsSync(new URL(`${name}/index.json`, folder)))
  .flatMap(readSuite);

/** What a parser must make of a recording: refuse it, or give what `check` asserts. */
export interface Expectation<T> {
  readonly parse: (text: string) => T;
  readonly check: (parsed: T, recording: Recording) => void;
  /** What a prefix that parses to something else than the whole may still be; nothing, unless the output has no end mark. */
  readonly toleratedPrefix?: (parsed: T, whole: T) => boolean;
}

/**
 * Tests a parser on all recordings of its commands: those that `isMine` picks.
 * `expected` has an entry for every one of them, by name; `'refused'` where the tool printed nothing that can be believed.
 */
export function testRecordings<T>(
  command: string,
  isMine: (argv: readonly string[]) => boolean,
  expected: Readonly<Record<string, Expectation<T> | 'refused'>>,
): void {
  const mine = recordings.filter(({ argv }) => isMine(argv));

  test(`every recording of ${command} has its facts asserted, and every fact a recording`, () => {
    const recorded = new Set(mine.map(({ name }) => name));
    assert.deepEqual([...recorded].sort(), Object.keys(expected).sort());
  });

  for (const recording of mine) {
    const expectation = expected[recording.name];
    const title = `${recording.suite}: ${recording.name}`;
    if (expectation === undefined) continue;
    if (expectation === 'refused') continue;
    const { parse, check, toleratedPrefix } = expectation;

    test(`${title} gives its facts`, () => {
      check(parse(recording.stdout), recording);
    });

    test(`${title} cut short anywhere is refused or the same`, () => {
      const whole = parse(recording.stdout);
      for (let length = 0; length < recording.stdout.length; length++) {
        const parsed = parseOrNull(parse, recording.stdout.slice(0, length));
        if (parsed === null || toleratedPrefix?.(parsed, whole) === true) continue;
        assert.deepEqual(parsed, whole, `${String(length)} characters`);
      }
    });

    test(`${title} with an unknown line anywhere is refused`, () => {
      const lines = recording.stdout.split('\n');
      const place = fc.nat(lines.length - 1);
      const line = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).map((text) => `?${text.replaceAll('\n', ' ')}`);
      fc.assert(
        fc.property(place, line, (at, unknown) => {
          assert.throws(() => parse(lines.toSpliced(at, 0, unknown).join('\n')), UnknownOutput);
        }),
        { numRuns: 40 },
      );
    });

    test(`${title} with a line said twice is refused or the same`, () => {
      const whole = parse(recording.stdout);
      const lines = recording.stdout.split('\n');
      for (const [at, line] of lines.entries()) {
        const parsed = parseOrNull(parse, lines.toSpliced(at, 0, line).join('\n'));
        if (parsed !== null) assert.deepEqual(parsed, whole, line);
      }
    });
  }
}

/** Tests that the recordings with the expectation `'refused'` are refused by the parser. */
export function testRefusals(parse: (text: string) => unknown, names: readonly string[]): void {
  for (const recording of recordings.filter(({ name }) => names.includes(name))) {
    test(`${recording.suite}: ${recording.name} is refused`, () => {
      assert.throws(() => parse(recording.stdout), UnknownOutput);
    });
  }
}

function parseOrNull<T>(parse: (text: string) => T, text: string): T | null {
  try {
    return parse(text);
  } catch (error) {
    assert.ok(error instanceof UnknownOutput, String(error));
    return null;
  }
}

/** Whether argv begins with these words, options left out: `btrfs device stats` also has `btrfs device stats -c`. */
export function isCommand(...words: readonly string[]): (argv: readonly string[]) => boolean {
  return (argv) => words.every((word, at) => argv[at] === word);
}
