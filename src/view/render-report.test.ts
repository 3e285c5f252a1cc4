import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import type { EventBody, RecordedEvent } from '../core/event.ts';
import { joinRuns, onlyJob, readRecorded, withTwin } from './fixtures/recorded-events.ts';
import { parseQmp } from './model/trace/qmp-record.ts';
import { parseTrace } from './model/trace/trace-text.ts';
import { renderReport } from './render-report.ts';

const page = { script: 'let page', scriptHash: 'scriptHash=', style: 'b{}', styleHash: 'styleHash=' };

function report(events: readonly RecordedEvent[]): string {
  return renderReport({ events, compress: (text) => deflateSync(text).toString('base64'), ...page });
}

const job = 'replace-missing-disk';
const whole = onlyJob(readRecorded(withTwin), job);

test('a report lets in its own script and style, and nothing else', () => {
  const html = report(whole);
  const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/u.exec(html)?.[1];
  assert.match(policy ?? '', /^default-src 'none'; script-src 'sha256-scriptHash='; style-src 'sha256-styleHash='; /u);
  assert.doesNotMatch(html, / (?:src|srcset|style|on[a-z]+)="/u);
  assert.doesNotMatch(html, /href="(?!#)/u);
});

test('a report says verdict, promise, checks, steps and versions without any script', () => {
  const html = report(whole);
  for (const part of [
    'held</span>',
    'A missing disk can be replaced',
    '10 checks: 10 held',
    'Every file is as it was written',
    '407 files and directories',
    'Prove it',
    '19.5\u00a0s',
    'btrfs-progs 6.14',
    './raidlab drill --with-twin --jobs 1 --seed 1',
    'Exposed 17 s, at most 41 MiB, nothing at the end',
    'ONE COPY',
    'DISK1: pulled',
  ])
    assert.ok(html.includes(part), part);
});

test('a report says whether a person’s alarm told them, in words that nothing in a guest can change', () => {
  const at = whole.findIndex(({ type }) => type === 'verdict-reached');
  const firstRang = { exitCode: 1, said: '<b>errors</b>', sinceFaultMs: 4000, step: 'Pull a disk' };
  const alarm = { command: './check.sh', runs: 9, rangBefore: null, firstRang, isBroken: false, ringsAtEnd: false };
  const stamp = whole[at];
  assert.ok(stamp !== undefined);
  const judged = { v: 1, seq: stamp.seq, at: stamp.at, job, type: 'alarm-judged', drill: job, alarm } as const;
  const html = report(whole.toSpliced(at, 0, judged));
  assert.ok(html.includes('<code>./check.sh</code> rang 4 s after the fault'), 'the line');
  assert.ok(html.includes('&lt;b>errors&lt;/b>') || html.includes('&lt;b&gt;errors'), 'escaped');
  assert.doesNotMatch(report(whole), /<b>Alarm /u);
});

test('a report carries the trace of each drill', () => {
  const html = report(whole);
  const data = new RegExp(`<script type="application/x-raidlab-trace" data-job="${job}">([^<]*)</script>`, 'u').exec(html)?.[1] ?? '';
  const events = parseTrace(inflateSync(Buffer.from(data, 'base64')).toString(), job);
  assert.deepEqual(
    events,
    whole.filter((event) => event.job === job),
  );
});

test('a report carries what raidlab and QEMU said, for the drills of which it is recorded', () => {
  const message = { execute: 'device_del', arguments: { id: '</script>' } };
  const qmp = new Map([
    [job, { messages: [{ machine: 'main', atMs: 1, from: 'raidlab' as const, message }], leftOutBytes: 5 }],
    ['another', { messages: [], leftOutBytes: 1 }],
  ]);
  const html = renderReport({ events: whole, qmp, compress: (text) => deflateSync(text).toString('base64'), ...page });
  const blocks = [...html.matchAll(/<script type="application\/x-raidlab-qmp" data-job="([^"]*)">([^<]*)<\/script>/gu)];
  assert.deepEqual(
    blocks.map(([, of]) => of),
    [job],
  );
  assert.deepEqual(parseQmp(inflateSync(Buffer.from(blocks[0]?.[2] ?? '', 'base64')).toString()), qmp.get(job));
  assert.doesNotMatch(report(whole), /x-raidlab-qmp/u);
});

test('the tags of a drill are plain to read, in the table of many and among the facts of one', () => {
  const tagged = (events: readonly RecordedEvent[]): readonly RecordedEvent[] =>
    events.map((event) =>
      event.type === 'run-planned' ? { ...event, jobs: event.jobs.map((each) => ({ ...each, tags: ['missing', '<b>stale'] })) } : event,
    );
  assert.match(
    report(tagged(joinRuns([withTwin]))),
    /<span data-tag="missing">missing<\/span>, <span data-tag="&lt;b>stale">&lt;b>stale</u,
  );
  assert.match(report(tagged(whole)), /<dt>tags<\/dt><dd>missing, &lt;b>stale<\/dd>/u);
  assert.doesNotMatch(report(whole), /<dt>tags/u);
});

test('many drills have a table, and each is folded away', () => {
  const html = report(joinRuns([withTwin, 'slow-disk']));
  assert.equal(html.match(/<details class="drill"/gu)?.length, 3);
  assert.match(html, /2 held<\/span>.*1 as expected<\/span>/su);
  assert.match(html, /data-other="replace-missing-disk-twin"/u);
});

/** What is left of a run that ended in some other way, and what its report says. */
const endings: readonly (readonly [sentence: string, events: readonly RecordedEvent[], said: readonly RegExp[]])[] = [
  ['killed in the middle', until('step-started', 'replace'), [/has no end: it was killed/u, /interrupted<\/span>/u, /no end seen/u]],
  ['killed before its first step', whole.slice(0, 3), [/has no end: it was killed/u, /No step was begun/u]],
  ['killed before it was planned', whole.slice(0, 1), [/has no end/u, /No drill was planned/u]],
  ['interrupted', [...until('step-started', 'replace'), ...ends(null, 130)], [/This run was interrupted/u, /interrupted<\/span>/u]],
  ['inconclusive', [...until('step-started', 'replace'), ...ends('inconclusive', 2)], [/inconclusive<\/span>/u]],
  ['crashed', [...until('step-started', 'replace'), ...ends('crashed', 3)], [/crashed<\/span>/u]],
  ['skipped', [...whole.slice(0, 3), ...ends('skipped', 0)], [/skipped<\/span>/u, /did not come to its proof/u]],
  ['empty', [], [/has no end/u]],
];

function until(type: RecordedEvent['type'], step: string): readonly RecordedEvent[] {
  return whole.slice(0, whole.findIndex((event) => event.type === type && 'step' in event && event.step === step) + 1);
}

function ends(verdict: 'inconclusive' | 'crashed' | 'skipped' | null, exitCode: number): readonly RecordedEvent[] {
  const stamp = { v: 1, seq: 9999, at: '2026-11-29T08:01:40.000Z' } as const;
  const reached: readonly EventBody[] =
    verdict === null
      ? []
      : [{ type: 'verdict-reached', drill: job, verdict, summary: `It is ${verdict}.`, durationMs: 1, expectation: null, surprises: null }];
  const ofDrill: readonly EventBody[] = [...reached, { type: 'drill-ended', drill: job, verdict, exitCode, durationMs: 1 }];
  return [...ofDrill.map((body): RecordedEvent => ({ ...stamp, ...body, job })), { ...stamp, type: 'run-ended', exitCode, durationMs: 1 }];
}

for (const [sentence, events, said] of endings) {
  test(`a run that was ${sentence} has a report that says so`, () => {
    const html = report(events);
    for (const pattern of said) assert.match(html, pattern);
  });
}

test('events of another version are no reason for no report', () => {
  const stamp = { v: 2, seq: 1, at: '2026-11-29T11:47:30.000Z', job } as const;
  const strange = [
    { ...stamp, type: 'array-sampled', array: {} },
    { ...stamp, type: 'moon-risen', phase: 'full' },
  ] as unknown as readonly RecordedEvent[];
  const html = report([...whole.slice(0, 4), ...strange, ...whole.slice(4)]);
  assert.match(html, /cannot be drawn from these events/u);
  assert.match(html, /10 checks: 10 held/u);
});

test('a run of the first versions, whose events named no drill, has a report', () => {
  const newer = new Set(['run-planned', 'drill-ended', 'array-sampled', 'exposure-measured']);
  const old = whole
    .filter(({ type }) => !newer.has(type))
    .map((event) => ({ ...event, job: undefined, expectation: undefined, surprises: undefined, bytes: undefined, profiles: undefined }));
  // As they were written: without what they did not say.
  const html = report(JSON.parse(JSON.stringify(old)) as readonly RecordedEvent[]);
  assert.match(html, /held<\/span>.*replace-missing-disk/su);
  assert.match(html, /10 checks: 10 held/u);
  assert.match(html, /DISK1: pulled/u);
  assert.doesNotMatch(html, /undefined|cannot be drawn|Expected: /u);
});

test('what a guest says stays text wherever it stands', () => {
  const evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'`\u001b[2J\u202eabc\u0000\ufffd';
  const stamp = { v: 1, seq: 1, at: '2026-11-29T08:00:02.000Z', job } as const;
  const hostile: readonly EventBody[] = [
    { type: 'step-started', drill: job, step: evil, title: evil },
    { type: 'observation-made', source: evil, exitCode: 1, said: evil, meaning: evil },
    { type: 'check-judged', drill: job, check: { name: evil, claim: evil, outcome: 'broken', evidence: [evil, 'n'.repeat(4096)] } },
    { type: 'command-typed', machine: evil, argv: [evil], command: evil },
    { type: 'fault-injected', machine: evil, fault: evil, disk: evil, bytes: null },
    { type: 'run-failed', area: evil, reason: evil, description: { what: evil, command: evil, said: evil, remedy: evil, exitCode: 70 } },
    { type: 'verdict-reached', drill: evil, verdict: 'broken', summary: evil, durationMs: 1, expectation: null, surprises: [evil] },
  ];
  const html = report([...whole.slice(0, 3), ...hostile.map((body): RecordedEvent => ({ ...stamp, ...body }))]);
  assert.equal(html.match(/<script/gu)?.length, 3, 'the page’s own, the run’s data, the drill’s data');
  assert.doesNotMatch(html, /<img/u);
  assert.ok(!/[\u0000\u001b\u202e]/u.test(html));
  assert.match(html, /\\u\{202e\}abc\\x00\ufffd/u);
});

test('what a style sets apart is apart in a text browser, too', () => {
  // As such a browser has it: words, without elements.
  const text = report(whole)
    .replace(/<title>[^<]*<\/title>/gu, '')
    .replace(/<[^>]*>/gu, '');
  for (const part of [
    'DISK1 spare · in · pulled',
    'DISK1 devid 1, missing',
    'ONE COPY · data raid1 ONE COPY',
    '✓ The array is mounted, read-write mounted',
  ])
    assert.ok(text.includes(part), part);
});
