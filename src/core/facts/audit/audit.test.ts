import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { change, documentOf, noErrors, wellHost } from '../fixtures/host-facts.ts';
import type { HostWish, RawFact } from '../fixtures/host-facts.ts';
import { auditFacts } from './audit.ts';
import type { Audit } from './audit.ts';

const gibibyte = 1024 ** 3;
const any = (): boolean => true;
const devid =
  (number: number) =>
  (fact: RawFact): boolean =>
    fact.devid === number;
const named =
  (name: string) =>
  (fact: RawFact): boolean =>
    fact.name === name;

const audit = (facts: readonly RawFact[]): Audit => auditFacts(documentOf(facts), []);

test('an array on which nothing is wrong is well, whatever its layout', () => {
  const wishes: readonly HostWish[] = [
    {},
    { members: 3 },
    { members: 4, profile: 'raid1c3' },
    { members: 5, profile: 'raid10' },
    { encryption: 'none' },
    { members: 4, profile: 'raid1', metadataProfile: 'raid1c3' },
    { diskBytes: [gibibyte * 1000, gibibyte * 2000, gibibyte * 3000] },
  ];
  for (const wish of wishes) {
    const { outcome, findings, unseen } = audit(wellHost(wish));
    assert.deepEqual([outcome, findings, unseen], ['well', [], []], JSON.stringify(wish));
  }
});

/** A wrong state, and the finding that it must give. */
const states: readonly (readonly [state: string, finding: string, facts: (well: RawFact[]) => readonly RawFact[], wish?: HostWish])[] = [
  ['stray single data chunks', 'single-copy', (well) => [...well, stray('data', 'single')]],
  ['stray single metadata chunks', 'single-copy', (well) => [...well, stray('metadata', 'single')]],
  ['stray single system chunks', 'single-copy', (well) => [...well, stray('system', 'single')]],
  ['stray dup metadata chunks', 'single-copy', (well) => [...well, stray('metadata', 'dup')]],
  ['stray raid0 data chunks', 'single-copy', (well) => [...well, stray('data', 'raid0')]],
  ['data on purpose in single', 'no-redundancy', (well) => change(well, 'chunks', (fact) => fact.type === 'data', { profile: 'single' })],
  ['metadata on purpose in dup', 'no-redundancy', (well) => change(well, 'chunks', (fact) => fact.type === 'metadata', { profile: 'dup' })],
  ['data in raid0', 'no-redundancy', (well) => change(well, 'chunks', (fact) => fact.type === 'data', { profile: 'raid0' })],
  ['an unfinished conversion to raid1c3', 'mixed-profiles', (well) => [...well, stray('data', 'raid1c3')], { members: 4 }],
  ['a missing member', 'member-missing', (well) => lose(well, 2)],
  ['two missing members of raid1c3', 'member-missing', (well) => lose(lose(well, 2), 3), { members: 4, profile: 'raid1c3' }],
  [
    'a missing member of an array that is not mounted',
    'member-missing',
    (well) => unmounted(change(change(well, 'device', named('dm-1'), null), 'super', devid(2), null)),
  ],
  [
    'a device too few, not told as missing',
    'member-missing',
    (well) => change(change(well, 'member', devid(2), { device: undefined, missing: true }), 'device', named('dm-1'), null),
  ],
  ['a replaced disk that came back', 'member-twice', (well) => [...well, ...oldDisk()]],
  ['a member that lags behind', 'member-stale', (well) => change(well, 'super', devid(2), { generation: 17 })],
  ['a damaged super block', 'super-block-damaged', (well) => change(well, 'super', devid(1), { damaged: true })],
  ['write errors', 'counting-errors', (well) => change(well, 'member', devid(2), { writeErrors: 71 })],
  ['corruption errors', 'counting-errors', (well) => change(well, 'member', devid(1), { corruptionErrors: 1 })],
  ['generation errors', 'counting-errors', (well) => change(well, 'member', devid(1), { generationErrors: 1 })],
  [
    'errors of one member, and the death of the other',
    'disk-loss-is-data-loss',
    (well) => change(well, 'member', devid(2), { readErrors: 3 }),
  ],
  ['a missing member, and the death of the other', 'disk-loss-is-data-loss', (well) => lose(well, 2)],
  ['two members on one disk', 'one-disk-two-members', (well) => change(well, 'device', named('dm-1'), { on: ['sda'] })],
  [
    'a member that is not encrypted',
    'member-not-encrypted',
    (well) => change(well, 'device', named('dm-1'), { layer: undefined, kind: 'disk', on: [] }),
  ],
  ['mounted degraded', 'mounted-degraded', (well) => change(well, 'mount', any, { options: ['rw', 'rw', 'degraded'] })],
  ['forced read-only', 'read-only', (well) => change(well, 'mount', any, { options: ['rw', 'noatime', 'ro'] })],
  ['a paused balance', 'unfinished-work', (well) => change(well, 'filesystem', any, { working: 'balance-paused' })],
  [
    'a running replace',
    'unfinished-work',
    (well) => [...well, { is: 'member', filesystem: 'uuid-1', devid: 0, device: 'sdz', sizeBytes: gibibyte, ...noErrors }],
  ],
  ['degraded in fstab', 'degraded-in-fstab', (well) => change(well, 'fstab', any, { options: ['nofail', 'degraded'] })],
  ['fstab by letter', 'fstab-by-letter', (well) => change(well, 'fstab', any, { by: 'kernel-name', device: 'sda' })],
  [
    'members by letter in fstab’s options',
    'fstab-by-letter',
    (well) => change(well, 'fstab', any, { options: ['nofail', 'device=kernel-name'] }),
  ],
  [
    'crypttab by letter',
    'crypttab-by-letter',
    (well) => change(well, 'crypttab', (fact) => fact.device === 'dm-1', { by: 'kernel-name', luks: undefined }),
  ],
  ['no nofail in fstab', 'fstab-without-nofail', (well) => change(well, 'fstab', any, { options: ['noatime'] })],
  ['no nofail in crypttab', 'crypttab-without-nofail', (well) => change(well, 'crypttab', any, { options: ['luks'] })],
  ['never scrubbed', 'never-scrubbed', (well) => [...change(well, 'scrub', any, null), { is: 'noscrub', filesystem: 'uuid-1' }]],
  ['scrubbed last year', 'scrub-old', (well) => change(well, 'scrub', any, { daysAgo: 400 })],
  ['a scrub that was canceled', 'scrub-old', (well) => change(well, 'scrub', devid(1), { finished: undefined })],
  ['a new member that was never scrubbed', 'scrub-old', (well) => change(well, 'scrub', devid(2), null)],
  [
    'a scrub that found what it could not mend',
    'scrub-found-loss',
    (well) => change(well, 'scrub', devid(1), { found: 4, uncorrectable: 4 }),
  ],
  [
    'no room for chunks',
    'no-room-for-chunks',
    (well) => change(well, 'placed', (fact) => fact.type === 'unallocated' && fact.device === 'dm-1', { sizeBytes: 0 }),
    { members: 2 },
  ],
  [
    'a disk larger than all others',
    'disks-do-not-fit-profile',
    (well) => well,
    { diskBytes: [gibibyte * 500, gibibyte * 500, gibibyte * 4000] },
  ],
  [
    'raid1c3 on two disks',
    'too-few-members',
    (well) => change(well, 'chunks', (fact) => fact.type === 'data', { profile: 'raid1c3' }),
    { members: 2 },
  ],
  ['raid5', 'parity-profile', (well) => change(well, 'chunks', (fact) => fact.type === 'data', { profile: 'raid5' }), { members: 3 }],
  ['nodatacow for the whole array', 'without-checksums', (well) => change(well, 'fstab', any, { options: ['nofail', 'nodatacow'] })],
  ['a LUKS1 header', 'header-smaller-than-default', (well) => well, { encryption: 'luks1' }],
];

function stray(type: string, profile: string): RawFact {
  return { is: 'chunks', filesystem: 'uuid-1', sizeBytes: gibibyte, usedBytes: gibibyte / 2, type, profile };
}

function lose(well: RawFact[], number: number): RawFact[] {
  const without = change(well, 'member', devid(number), {
    device: undefined,
    sizeBytes: undefined,
    allocatedBytes: undefined,
    missing: true,
  });
  return change(change(without, 'device', named(`dm-${String(number - 1)}`), null), 'super', devid(number), null);
}

function unmounted(well: RawFact[]): RawFact[] {
  const gone = ['filesystem', 'mount', 'chunks', 'placed', 'member'] as const;
  return gone.reduce((facts, is) => change(facts, is, any, null), well);
}

function oldDisk(): readonly RawFact[] {
  return [
    { is: 'device', name: 'sdo', sizeBytes: gibibyte, kind: 'disk', content: 'btrfs', filesystem: 'uuid-1', serial: 'serial-9' },
    { is: 'super', device: 'sdo', filesystem: 'uuid-1', devid: 2, generation: 300, deviceCount: 2 },
  ];
}

for (const [state, finding, facts, wish] of states) {
  test(`found: ${state}`, () => {
    const { findings, outcome } = audit(facts(wellHost(wish)));
    const found = findings.find(({ name }) => name === finding);
    assert.ok(found !== undefined, `${finding} is not among ${findings.map(({ name }) => name).join(', ')}`);
    if (found.severity !== 'note') assert.equal(outcome, 'wrong');
    assert.ok(found.why !== '' && found.what.endsWith('.'));
    assert.ok(found.evidence.length > 0 || found.name === 'never-scrubbed');
  });
}

test('there are forty states', () => {
  assert.ok(states.length >= 40);
});

test('no wrong state is called well, whatever layout it is on and whatever else is wrong or unseen', () => {
  const wish = fc.record({
    members: fc.integer({ min: 2, max: 5 }),
    profile: fc.constant('raid1'),
    encryption: fc.constantFrom('luks2' as const, 'luks1' as const),
  });
  const picked = fc.subarray([...states.filter(([, , , own]) => own === undefined)], { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(wish, picked, (on, wrong) => {
      const facts = wrong.reduce((before, [, , apply]) => [...apply(before)], wellHost(on));
      assert.notEqual(audit(facts).outcome, 'well', wrong.map(([state]) => state).join(', '));
    }),
    { numRuns: 300 },
  );
});

test('a document from which facts are missing is never called well', () => {
  const well = wellHost({ members: 3 });
  const needed = new Set(['device', 'filesystem', 'mount', 'chunks', 'member', 'super', 'scrub']);
  fc.assert(
    fc.property(fc.subarray(well, { minLength: 1 }), (left) => {
      const isWhole = well.every((fact) => left.includes(fact) || !needed.has(fact.is));
      if (!isWhole)
        assert.notEqual(
          audit(left).outcome,
          'well',
          well
            .filter((fact) => !left.includes(fact))
            .map(({ is, name, device, type }) => [is, name ?? device ?? type])
            .join('; '),
        );
    }),
    { numRuns: 1000 },
  );
});

test('any list of facts is judged without an exception', () => {
  const bits = states.flatMap(([, , facts]) => [...facts(wellHost())]);
  fc.assert(
    fc.property(fc.subarray(bits, { maxLength: 40 }), (facts) => {
      audit(facts);
    }),
    { numRuns: 300 },
  );
});

test('the worst comes first, and what each disk’s death does is told', () => {
  const { findings, arrays } = audit(lose(change(wellHost(), 'fstab', any, { options: [] }), 2));
  assert.deepEqual(
    [...findings].sort((one, other) => rank(one.severity) - rank(other.severity)),
    findings,
  );
  const [survivor, ...others] = arrays[0]?.losses ?? [];
  assert.deepEqual(others, []);
  assert.ok((survivor?.lost.length ?? 0) > 0);
});

function rank(severity: string): number {
  return ['danger', 'trap', 'care', 'note'].indexOf(severity);
}

test('a replacement’s size is told to the sector, with the header that the member has and with the usual one', () => {
  const [array] = audit(wellHost({ encryption: 'luks1' })).arrays;
  const { replacement, canMirrorAgain } = array?.losses[0] ?? {};
  assert.equal(replacement?.sectors, (1000 * gibibyte) / 512);
  assert.equal(replacement.sectorsWithDefaultHeader, (1000 * gibibyte + 14 * 1024 ** 2) / 512);
  assert.equal(canMirrorAgain, false);
  assert.equal(audit(wellHost({ members: 3 })).arrays[0]?.losses[0]?.canMirrorAgain, true);
  assert.equal(audit(wellHost({ members: 3, usedShare: 0.9 })).arrays[0]?.losses[0]?.canMirrorAgain, false);
});

test('a host without btrfs, with one disk, or locked, is not called well', () => {
  const host: RawFact = { is: 'host', kernel: '6.12.43' };
  assert.deepEqual(
    audit([host]).unseen.map(({ because }) => because),
    ['no-array'],
  );
  const one = audit(wellHost({ members: 1 }));
  assert.deepEqual([one.outcome, one.findings.map(({ name }) => name)], ['unjudged', ['one-disk']]);
  const locked = audit([host, { is: 'device', name: 'sda', kind: 'disk', content: 'crypto_LUKS', luks: 'uuid-1' }]);
  assert.deepEqual([locked.outcome, locked.unseen.map(({ because }) => because)], ['unjudged', ['locked', 'no-array']]);
});

test('what is known of the kernel is told once, with its source', () => {
  const known = [
    { drill: 'read-errors-on-source', kernel: '<6.4', because: 'Replace reads its source.', source: 'a commit' },
    { drill: 'another', kernel: '<6.4', because: 'Replace reads its source.', source: 'a commit' },
    { drill: 'new', kernel: '>=6.12', because: 'A read loses an error.', source: 'measured' },
  ];
  const { findings } = auditFacts(documentOf(wellHost()), known);
  assert.deepEqual(
    findings.map(({ name, evidence }) => [name, evidence[0]]),
    [['known-trouble', 'A read loses an error.']],
  );
});

test('a disk that came back beside a mounted array is told, though another is missing', () => {
  const { findings } = audit([...lose(wellHost(), 2), ...oldDisk()]);
  const found = findings.find(({ name }) => name === 'member-twice');
  assert.ok(
    found?.evidence.some((row) => row.includes('not in use')),
    found?.evidence.join(),
  );
  assert.ok(findings.some(({ name }) => name === 'member-missing'));
});
