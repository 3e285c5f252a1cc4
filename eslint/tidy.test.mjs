// Rules about the tree itself, which no linter sees: names, and words that must not appear.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

const root = path.resolve(import.meta.dirname, '..');
const untouched = /(^|\/)(fixtures|recorded|node_modules|dist)(\/|$)/;

/** Every file below the folders that people write in, as a path below the repository. */
const files = ['src', 'test', 'setup', 'eslint', 'bench', 'examples']
  .flatMap((folder) => {
    try {
      return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true });
    } catch {
      return [];
    }
  })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
  .filter((file) => !untouched.test(file));

/** A file of a guest's root is named by the program that reads it, and some are by everybody's habit. */
const isNamedByUs = (/** @type {string} */ file) =>
  !file.includes('/guest-root/') && !['README.md', 'Containerfile'].includes(path.basename(file));

const sources = files.filter((file) => /\.(ts|mjs)$/.test(file));

test('files have kebab-case names', () => {
  assert.deepEqual(
    files.filter((file) => isNamedByUs(file) && !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(path.basename(file))),
    [],
  );
});

test('no file has a name that says nothing about what it holds', () => {
  assert.deepEqual(
    files.filter((file) => /(^|[/-])(utils?|helpers?|common|manager|service|handler|misc)(\.|\/|$)/.test(file)),
    [],
  );
});

test('src/index.ts is the only barrel', () => {
  assert.deepEqual(
    files.filter((file) => /(^|\/)index\.ts$/.test(file)),
    files.includes('src/index.ts') ? ['src/index.ts'] : [],
  );
});

test('no room has more sources than one sees at a glance', () => {
  const most = 25;
  const rooms = Object.groupBy(
    sources.filter((file) => !/\.test\.(ts|mjs)$/.test(file)),
    (file) => path.dirname(file),
  );
  assert.deepEqual(
    Object.entries(rooms)
      .map(([room, inRoom = []]) => [room, inRoom.length])
      .filter(([, count = 0]) => Number(count) > most),
    [],
  );
});

test('no code names a disk by its letter', () => {
  const letter = new RegExp(String.raw`/dev/` + String.raw`[shv]d[a-z]\b`);
  const allowed = /\.test\.(ts|mjs)$/;
  assert.deepEqual(
    sources.filter((file) => !allowed.test(file) && letter.test(readFileSync(path.join(root, file), 'utf8'))),
    [],
  );
});

test('no code names a package mirror: it is derived from the host', () => {
  const mirrorName = new RegExp(['deb', 'snapshot', 'ftp'].map((name) => String.raw`\b${name}\.` + 'debian\\.org').join('|'));
  assert.deepEqual(
    files.filter((file) => mirrorName.test(readFileSync(path.join(root, file), 'utf8'))),
    [],
  );
});

test('every limit in time scales with the host: there is one timer, and who looks at the clock asks for the length of the limit', () => {
  const timer = /\bsetTimeout\(|AbortSignal\.timeout\(/;
  const clock = /\b(?:performance|Date)\.now\(\)[^;=]*[<>]=? |(?<!=)[<>]=? (?:performance|Date)\.now\(\)/;
  // The timer itself; what is left of a limit that scales; ages of files and remarks, which nothing fails for.
  const allowed = [
    'src/machine/context.ts',
    'src/lab/machine/ssh-access.ts',
    'src/machine/cache/owner.ts',
    'src/machine/cache/ensure-entry.ts',
  ];
  const breaches = (/** @type {string} */ file) =>
    readFileSync(path.join(root, file), 'utf8')
      .split('\n')
      .filter((line) => timer.test(line) || (clock.test(line) && !line.includes('lengthOfLimit(')));
  const product = sources.filter((file) => file.startsWith('src/') && !file.endsWith('.test.ts') && !allowed.includes(file));
  assert.deepEqual(
    product.map((file) => [file, breaches(file)]).filter(([, lines]) => lines?.length),
    [],
  );
});
