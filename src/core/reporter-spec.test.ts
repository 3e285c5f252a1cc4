import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatReporterSpec, parseReporterSpec, planReporters, takersOfOutput } from './reporter-spec.ts';

test('a reporter is a name, or a name and a file', () => {
  assert.deepEqual(parseReporterSpec('junit'), { name: 'junit', file: undefined });
  assert.deepEqual(parseReporterSpec('tap=out=1.tap'), { name: 'tap', file: 'out=1.tap' });
  for (const text of ['', 'xunit', 'JUNIT', 'junit=', '=x', 'junit.xml']) assert.equal(parseReporterSpec(text), undefined, text);
  for (const text of ['list', 'github=summary.md', 'json=a=b']) {
    const spec = parseReporterSpec(text);
    assert.ok(spec !== undefined);
    assert.equal(formatReporterSpec(spec), text);
  }
});

test('people get their report unless something else takes standard output', () => {
  const names = (...asked: readonly string[]): readonly string[] =>
    planReporters(asked.flatMap((text) => parseReporterSpec(text) ?? [])).map(formatReporterSpec);
  assert.deepEqual(names(), ['list']);
  assert.deepEqual(names('junit=x.xml', 'github'), ['list', 'junit=x.xml', 'github']);
  assert.deepEqual(names('list=report.txt'), ['list', 'list=report.txt']);
  assert.deepEqual(names('json'), ['json']);
  assert.deepEqual(names('list', 'tap=x.tap'), ['list', 'tap=x.tap']);
});

test('standard output has room for one, and for annotations', () => {
  const takers = takersOfOutput(['list', 'tap', 'github', 'junit=x', 'bundle=-'].flatMap((text) => parseReporterSpec(text) ?? []));
  assert.deepEqual(takers.map(formatReporterSpec), ['list', 'tap', 'bundle=-']);
});
