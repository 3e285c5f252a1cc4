import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareVersions, parseVersion, parseVersionRange, satisfies } from './version-range.ts';

test('versions are read as kernels, tools and packages say them', () => {
  const versions: readonly (readonly [string, readonly number[], number | null])[] = [
    ['6.1', [6, 1], null],
    ['6.1.170', [6, 1, 170], null],
    ['6.1.170-1', [6, 1, 170], null],
    ['6.1.0-40-cloud-amd64', [6, 1, 0], null],
    ['6.12.118-cloud-amd64', [6, 12, 118], null],
    ['6.12.117+deb13-cloud-amd64', [6, 12, 117], null],
    ['6.12.38-1~bpo12+1', [6, 12, 38], null],
    ['7.3~rc1', [7, 3], 1],
    ['7.3-rc12-amd64', [7, 3], 12],
    ['7.3~rc1-1~exp1', [7, 3], 1],
    ['v6.6.3', [6, 6, 3], null],
    ['2:2.7.5-2', [2, 7, 5], null],
    ['3.16.0', [3, 16, 0], null],
    ['6.17.0+', [6, 17, 0], null],
  ];
  for (const [text, numbers, candidate] of versions) assert.deepEqual(parseVersion(text), { numbers, candidate }, text);
});

test('what is no version is refused', () => {
  for (const text of ['', '6.', '.6', 'six', '6..1', '6.1-', '6.1 ', ' 6.1', '6,1', '-6', '6.1\n', 'sid', '6x', '6.1rc1', '9'.repeat(20)]) {
    assert.throws(() => parseVersion(text), SyntaxError, text);
  }
});

test('versions order by their numbers, and a candidate is older than its release', () => {
  const ordered = [
    '3.16.7',
    '4.9',
    '4.14',
    '5.10.0-36-cloud-amd64',
    '6.1',
    '6.1.9',
    '6.1.10',
    '6.2',
    '6.12',
    '7.3~rc1',
    '7.3~rc2',
    '7.3~rc10',
    '7.3',
    '7.3.1',
  ];
  for (const [at, first] of ordered.entries()) {
    for (const [behind, second] of ordered.entries()) {
      assert.equal(Math.sign(compareVersions(parseVersion(first), parseVersion(second))), Math.sign(at - behind), `${first}, ${second}`);
    }
  }
  assert.equal(compareVersions(parseVersion('6.1'), parseVersion('6.1.0-40-amd64')), 0);
});

test('a range holds when each of its bounds does', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['5.14', '>=5.14', true],
    ['5.13.19', '>=5.14', false],
    ['4.13', '<4.14', true],
    ['4.14', '<4.14', false],
    ['4.14.336', '<4.14', false],
    ['6.2', '>=6.2 <6.5', true],
    ['6.4.16-amd64', '>=6.2 <6.5', true],
    ['6.5', '>=6.2 <6.5', false],
    ['6.1.170', '>=6.2 <6.5', false],
    ['6.12.118-cloud-amd64', '>6.12 <=6.12.118', true],
    ['6.12.0', '>6.12', false],
    ['7.3~rc1', '>=7.3', false],
    ['7.3~rc1', '<7.3', true],
    ['7.3~rc1', '>=7.3~rc1', true],
    ['6.14', '=6.14', true],
    ['6.14.1', '=6.14', false],
  ];
  for (const [version, range, expected] of cases) assert.equal(satisfies(version, range), expected, `${version} ${range}`);
});

test('what is no range is refused, and so is a version that cannot be read', () => {
  for (const range of ['', '5.14', '>= 5.14', '=>5.14', '>=5.14,<6', '>=5.14  <6', '>=', '^6.1', '>=bookworm', '>=6.1 ', '>=v6.1']) {
    assert.throws(() => parseVersionRange(range), SyntaxError, range);
    assert.throws(() => satisfies('6.1', range), SyntaxError, range);
  }
  assert.throws(() => satisfies('trixie', '>=5.14'), SyntaxError);
});

test('a bound and its opposite never hold together, and one of them does', () => {
  const version = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join('.'));
  fc.assert(
    fc.property(version, version, (first, second) => {
      assert.notEqual(satisfies(first, `>=${second}`), satisfies(first, `<${second}`));
      assert.equal(satisfies(first, `=${second}`), satisfies(first, `>=${second} <=${second}`));
    }),
  );
});
