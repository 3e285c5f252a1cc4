import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { factsOf } from '../../core/facts/facts.ts';
import { parseStandIns, revealNames, unescapeName } from '../../core/facts/stand-ins.ts';
import { collectOn } from './fixtures/collect-on.ts';
import { makeFakeHost } from './fixtures/fake-host.ts';
import { tankHost, tankSecrets } from './fixtures/tank-host.ts';

test('nothing that identifies the host is in the document, whoever collects, with names or without', () => {
  for (const user of ['root', 'ordinary'] as const) {
    const { stdout } = collectOn(tankHost('sid', 'healthy', { user }));
    for (const [what, secret] of Object.entries(tankSecrets)) {
      assert.ok(!stdout.toLowerCase().includes(secret.toLowerCase()), `${user}: ${what}`);
      assert.ok(!stdout.includes(secret.replaceAll('-', '')), `${user}: ${what}, joined`);
    }
    const withNames = collectOn(tankHost('sid', 'healthy', { user }), { names: true }).stdout;
    const { label, mountPoint, mapping, ...private_ } = tankSecrets;
    for (const [what, secret] of Object.entries(private_))
      assert.ok(!withNames.toLowerCase().includes(secret.toLowerCase()), `with names, ${user}: ${what}`);
    for (const shown of [label, mapping, mountPoint.split(' ')[0] ?? '']) assert.ok(withNames.includes(shown), shown);
  }
});

test('hostile names are ASCII in the document, and come out as they are', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((text) => text.replaceAll(/[\n\0]/gu, '#').trim() || 'x');
  fc.assert(
    fc.property(name, (label) => {
      const spec = tankHost();
      const [filesystem] = spec.filesystems ?? [];
      assert.ok(filesystem !== undefined);
      const changed = { ...filesystem, sysfs: { ...filesystem.sysfs, label: `${label}\n` } };
      const { stdout, facts } = collectOn({ ...spec, filesystems: [changed] }, { names: true });
      assert.match(stdout, /^[\n\x20-\x7e]*$/u);
      assert.equal(
        factsOf(facts, 'filesystem')[0]?.label,
        label.replaceAll(/[\uD800-\uDFFF]/gu, (unit) => unit),
      );
    }),
    { numRuns: 15 },
  );
});

test('bytes that are no text, and names that look like the document, do no harm', () => {
  const spec = tankHost();
  const [filesystem] = spec.filesystems ?? [];
  assert.ok(filesystem !== undefined);
  for (const label of ['\u001b[31mred\u001b[0m', '"},{"is":"host"', 'fact host', '##[error]x', '\u202egnp', `luks-${tankSecrets.fsid}`]) {
    const changed = { ...filesystem, sysfs: { ...filesystem.sysfs, label: `${label}\n` } };
    const { stdout, facts } = collectOn({ ...spec, filesystems: [changed] }, { names: true });
    assert.match(stdout, /^[\n\x20-\x7e]*$/u);
    assert.doesNotMatch(stdout, /##\[/u);
    assert.equal(factsOf(facts, 'filesystem')[0]?.label, label.replace(tankSecrets.fsid, 'uuid-1'));
    assert.equal(factsOf(facts, 'host').length, 1);
  }
});

test('stand-ins are the same next time, and the map gives back what they stand for', () => {
  using host = makeFakeHost(tankHost());
  const first = host.collect({ map: true });
  const map = readFileSync(host.mapHostPath, 'utf8');
  assert.equal(statSync(host.mapHostPath).mode & 0o077, 0);
  assert.equal(host.collect({ map: true }).stdout, first.stdout);
  assert.equal(readFileSync(host.mapHostPath, 'utf8'), map);
  const standIns = parseStandIns(map);
  assert.equal(standIns.get('uuid-1'), tankSecrets.fsid);
  assert.equal(revealNames('mount mount-1 of label-1', standIns), `mount ${tankSecrets.mountPoint} of ${tankSecrets.label}`);
  assert.equal(unescapeName(String.raw`a\040b\134`), String.raw`a b` + '\\');
});
