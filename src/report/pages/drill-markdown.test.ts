import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planAddToCrypttab, planContainer, planRemoveFromCrypttab } from '../../core/plan/container.ts';
import type { DrillPlan } from '../../core/plan/drill-plan.ts';
import type { DrillListing } from '../drill/drill-list-lines.ts';
import { drillMarkdown } from './drill-markdown.ts';
import { brokenProof, degradedStep, recordEvents, replaceStep, runBegins } from '../fixtures/drill-events.ts';
import type { TimedEvent } from '../fixtures/drill-events.ts';
import { changedSteps } from './merge-step.ts';
import { recordJob } from './recording.ts';

const job = 'replace-missing-disk';
const recording = recordJob(recordEvents([...runBegins, ...degradedStep, ...replaceStep, ...brokenProof]), job);
assert.ok(recording !== null);

const plan: DrillPlan = {
  drill: job,
  promise: 'A promise.',
  layout: '2 × 1 GiB',
  steps: [
    {
      name: 'build-array',
      title: 'Build',
      skipped: false,
      lines: [{ kind: 'command', command: { argv: ['mkfs.btrfs', 'UUID-OF-DISK1'] } }],
    },
    {
      name: 'mount-degraded',
      title: 'Restart, and mount what is left',
      skipped: false,
      lines: [
        { kind: 'act', text: 'power on again' },
        { kind: 'command', command: { argv: ['mount', '-t', 'btrfs', '-o', 'degraded', '/dev/mapper/crypt-btrfs1', '/storage'] } },
      ],
    },
    {
      name: 'replace',
      title: 'Replace the missing disk by the spare',
      skipped: false,
      lines: [
        { kind: 'command', command: { argv: ['btrfs', 'replace', 'start', '-B', '-f', '2', '/dev/mapper/crypt-btrfs3', '/storage'] } },
      ],
    },
    { name: 'proof', title: 'Prove it', skipped: false, lines: [{ kind: 'act', text: 'every file matches' }] },
  ],
};

const drill: DrillListing = {
  name: job,
  isDefault: true,
  promise: 'A promise.',
  story: 'One paragraph.\n\nAnother.',
  symptom: 'It does not mount.',
  wrongMoves: ["Don't trust `scrub`: it says nothing."],
  layout: '2 × 1 GiB',
  layouts: ['raid10'],
  payloadBytes: 1024 ** 2,
  tags: ['missing'],
  requires: [],
  knowledge: [{ versions: 'kernel <6', verdict: 'broken', because: 'a | b', breaks: [], source: 'commit abc' }],
  mayLose: 'What was written last.',
  repairFrom: null,
  steps: [
    { name: 'build-array', title: 'Build', phase: 'build', skippable: false },
    { name: 'mount-degraded', title: 'Restart, and mount what is left', phase: 'fault', skippable: false },
    { name: 'replace', title: 'Replace the missing disk by the spare', phase: 'repair', skippable: true },
  ],
  twin: { skipStep: null, instead: ['mount-degraded'], layout: null, breaks: ['profiles'], because: 'It is so.' },
  sources: ['btrfs(5)'],
};

const page = (with_: Partial<Parameters<typeof drillMarkdown>[0]> = {}): string =>
  drillMarkdown({ drill, plan, twinPlan: plan, recording, twinRecording: recording, ...with_ }).join('\n\n');

test('a recording has each command with what it said, what that is worth, and the checks; nothing of what only the proof typed', () => {
  const step = recording.steps.find(({ name }) => name === 'mount-degraded');
  assert.deepEqual(step?.lines, [
    { command: 'mount /storage', exitCode: 32, said: ['mount: /storage: wrong fs type, bad option, bad superblock.'] },
    { command: 'mount -t btrfs -o degraded /dev/mapper/crypt-btrfs1 /storage', exitCode: 0, said: [] },
    {
      command: 'btrfs filesystem show --raw /storage',
      exitCode: 0,
      said: ["Label: 'storage'  uuid: 1", '\tdevid    2 size 0 used 0 path  MISSING'],
      meaning: 'The loss is plain only now, after a restart.',
    },
  ]);
  assert.deepEqual([recording.verdict, recording.kernel, recording.checks.length], ['broken', '6.12.117+deb13-cloud-amd64', 3]);
  assert.deepEqual(Object.keys(recording.images), ['kernel of trixie', 'tools of trixie']);
  assert.equal(recordJob(recordEvents([...runBegins]), job), null);
});

test('a page has what is needed first: what is seen, what not to do, what to type and what that prints; then the proof and the twin', () => {
  const text = page();
  assert.deepEqual(
    text.split('\n').filter((row) => row.startsWith('## ')),
    [
      'What you see',
      'What not to do',
      'What to type',
      'How it is proved',
      'What may be lost',
      'What the mistake costs',
      'Known about versions',
      'How the array was built',
      'Sources',
    ].map((title) => `## ${title}`),
  );
  assert.ok(
    text.includes(`### The fault: Restart, and mount what is left

\`\`\`console
# power on again
$ mount /storage
mount: /storage: wrong fs type, bad option, bad superblock.
(exit 32)
$ mount -t btrfs -o degraded /dev/mapper/crypt-btrfs1 /storage
$ btrfs filesystem show --raw /storage
Label: 'storage'  uuid: 1
\tdevid    2 size 0 used 0 path  MISSING
\`\`\`

*The loss is plain only now, after a restart.*`),
    text,
  );
  assert.match(text, /✗ Every chunk has the profile raid1 {2}profiles\n {6}data single/u);
  assert.match(text, /\| `kernel <6` \| broken \| a \\\| b \| commit abc \|/u);
  assert.match(text, /^These checks still held, so everything may look fine: `mounted`\.$/mu);
  assert.match(text, /^- ✗ Every chunk has the profile raid1 \(`profiles`\)$/mu);
  assert.match(text, /<summary>The evidence<\/summary>/u);
  assert.match(text, /^### Instead: Restart, and mount what is left$/mu);
});

test('the card for a phone says in words which lines of crypttab go and come', () => {
  const container = { ...planContainer(3, 'UUID-OF-DISK3'), crypttabOptions: ['luks', 'nofail', 'initramfs'] };
  const commands = [planRemoveFromCrypttab(planContainer(2, 'UUID-OF-DISK2')), planAddToCrypttab(container)];
  const lines = commands.map((command) => ({ kind: 'command', command }) as const);
  const text = page({
    recording: null,
    plan: { ...plan, steps: plan.steps.map((step) => (step.name === 'replace' ? { ...step, lines } : step)) },
  });
  const card = ['# remove crypt-btrfs2 from /etc/crypttab', '# add crypt-btrfs3 to /etc/crypttab', '#   with the option initramfs'];
  assert.ok(text.includes(card.map((row) => `> ${row}\n`).join('')), text);
});

test('a line that was typed at a console has no exit status, and stands where the plan has it', () => {
  const line = 'mount -t btrfs -o degraded /dev/mapper/crypt-btrfs1 /storage';
  const shell = { stage: 'initramfs', said: '(initramfs)', limit: null } as const;
  const atConsole: readonly TimedEvent[] = [
    [0, { type: 'step-started', drill: job, step: 'mount-degraded', title: 'Restart, and mount what is left' }],
    [9, { type: 'boot-ended', machine: 'main', end: 'initramfs-shell', ...shell, afterMs: 60_000 }],
    [0, { type: 'console-typed', machine: 'main', line }],
    [9, { type: 'boot-ended', machine: 'main', end: 'initramfs-shell', ...shell, afterMs: 61_000 }],
    [
      1,
      { type: 'step-ended', drill: job, step: 'mount-degraded', title: 'Restart, and mount what is left', completed: true, durationMs: 9 },
    ],
  ];
  const text = page({ recording: recordJob(recordEvents([...runBegins, ...atConsole, ...brokenProof]), job) });
  assert.ok(
    text.includes(`\`\`\`console
# power on again
\`\`\`

The boot of main: it ended in the shell of the initramfs after 60 s.

\`\`\`console
$ ${line}
\`\`\``),
    text,
  );
  assert.doesNotMatch(text, /did not come back/u);
});

test('without a recording a page has the plan, and says what stands for UUIDs', () => {
  const text = page({ recording: null, twinRecording: null });
  assert.match(text, /`UUID-OF-DISK1` and the like stand for LUKS UUIDs/u);
  assert.match(text, /```console\n# power on again\n\$ mount -t btrfs -o degraded \/dev\/mapper\/crypt-btrfs1 \/storage\n```/u);
  assert.match(text, /^- every file matches$/mu);
  assert.match(text, /Checks that must be broken: `profiles`\./u);
});

test('what was recorded before a step changed is not shown, and named', () => {
  const [build, mount, replace, proof] = plan.steps;
  assert.ok(build !== undefined && mount !== undefined && replace !== undefined && proof !== undefined);
  const changed: DrillPlan = {
    ...plan,
    steps: [mount, { ...replace, lines: [{ kind: 'command', command: { argv: ['btrfs', 'replace', 'start', '-r'] } }] }, proof],
  };
  assert.deepEqual(changedSteps(changed, recording), ['replace']);
  assert.deepEqual(changedSteps(plan, recording), ['build-array']);
  const text = page({ plan: changed });
  assert.match(text, /\$ btrfs replace start -r\n```/u);
  assert.doesNotMatch(text, /replace start -B/u);
});

test('a word in capitals of a plan is a place for what only a run knows', () => {
  const named = (argv: readonly string[]): DrillPlan => ({
    ...plan,
    steps: plan.steps.map((step) => (step.name === 'replace' ? { ...step, lines: [{ kind: 'command', command: { argv } }] } : step)),
  });
  assert.deepEqual(changedSteps(named(['btrfs', 'replace', 'start', '-B', '-f', '2', '/dev/mapper/NAME', '/storage']), recording), [
    'build-array',
  ]);
  assert.deepEqual(changedSteps(named(['btrfs', 'replace', 'start', '-B', '-f', '3', '/dev/mapper/NAME', '/storage']), recording), [
    'build-array',
    'replace',
  ]);
});
