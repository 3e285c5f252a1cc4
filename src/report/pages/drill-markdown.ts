import { formatCommand } from '../../core/plan/command.ts';
import type { DrillPlan } from '../../core/plan/drill-plan.ts';
import { formatSize } from '../../core/text/size.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import { formatWorse } from '../drill/drill-list-lines.ts';
import type { DrillListing, TwinListing } from '../drill/drill-list-lines.ts';
import { checkLines } from '../drill/evidence-lines.ts';
import { codeBlock, inlineCode } from '../text/markdown.ts';
import { cutOutput } from './cut-output.ts';
import { mergeStep } from './merge-step.ts';
import { onOwnDisks } from '../drill/own-disks.ts';
import { plainText } from '../text/plain-text.ts';
import type { RecordedCommand, Recording } from './recording.ts';
import { rescueCard } from './rescue-card.ts';
import { linkSources } from './source-links.ts';

/** A block of code that is not folded is no longer than this, unless a single command is. */
const mostRows = 20;

/** The sources of a drill's page. */
export interface DrillDocument {
  readonly drill: DrillListing;
  readonly plan: DrillPlan;
  /** What its twin does; null when there is none. */
  readonly twinPlan: DrillPlan | null;
  /** A recorded run; null when nothing was recorded. */
  readonly recording: Recording | null;
  readonly twinRecording: Recording | null;
}

/** Gives the parts of a drill's page for the web, in Markdown. What somebody with this trouble needs now comes first. */
export function drillMarkdown(document: DrillDocument): readonly string[] {
  const { drill, plan, twinPlan, recording, twinRecording } = document;
  return [
    `**${drill.promise}**`,
    ...rescueCard(document),
    glance(drill),
    '## What you see',
    drill.story,
    ...section('What not to do', [list(drill.wrongMoves)]),
    '## What to type',
    namesNote(recording),
    ...ownDisksParts(plan, twinPlan),
    ...stepParts(document, ['fault', 'repair']),
    ...leaveOutParts(drill, plan),
    ...proofParts(plan, recording),
    ...section('What may be lost', drill.mayLose === null ? [] : [drill.mayLose]),
    ...twinParts(drill, twinPlan, twinRecording),
    ...section('Known about versions', versionParts(drill)),
    ...section('How the array was built', foldParts('Every command', stepParts(document, ['build']))),
    '## Sources',
    list([...drill.sources.map(linkSources), ...recordedSource(drill, recording)]),
  ];
}

function glance({ name, layout, payloadBytes, layouts, tags, requires, twin }: DrillListing): string {
  const others = layouts.length === 0 ? [] : [`Also on: ${layouts.map((each) => inlineCode(`--layout ${each}`)).join(', ')}`];
  return list([
    `Practise it: ${inlineCode(`raidlab drill ${name}`)}${twin === null ? '' : `; with the mistake most people make: ${inlineCode(`raidlab drill ${name} --twin`)}`}`,
    `Array in the drill: ${layout}; ${formatSize(payloadBytes)} of files`,
    ...others,
    ...requires.map(({ versions, because }) => `Needs ${inlineCode(versions)}: ${because}`),
    `Tags: ${tags.map((tag) => `[${tag}](../drills.md#by-tag)`).join(', ')}`,
  ]);
}

/** Says whose names the commands use: a reader has others. */
function namesNote(recording: Recording | null): string {
  const own =
    'The numbered steps are the repair; *the fault* is what the drill does to cause the trouble. Disks are named by their serials (`DISK1`, …), their mappings `crypt-btrfs1`, …, and the array is mounted on `/storage`: use your own names instead.';
  if (recording === null) return `${own} \`UUID-OF-DISK1\` and the like stand for LUKS UUIDs.`;
  const images = Object.values(recording.images).join('; ');
  return `${own} The output is from a recorded run (kernel ${recording.kernel}; ${images}), cut to the lines that matter.`;
}

/** Says what is typed only because this is a lab, and would be wrong or useless elsewhere. */
function ownDisksParts(plan: DrillPlan, twinPlan: DrillPlan | null): readonly string[] {
  const advice = onOwnDisks(plan, twinPlan);
  return advice.length === 0 ? [] : ['On your own disks:', list(advice)];
}

/** Gives the steps of some phases in order. Those of the repair are numbered for a person; steps only for labs are folded. */
function stepParts({ drill, plan, recording }: DrillDocument, phases: readonly string[]): readonly string[] {
  const numbers = repairNumbers(drill, plan);
  return plan.steps.flatMap((step) => {
    const known = drill.steps.find(({ name }) => name === step.name);
    if (known === undefined || !phases.includes(known.phase)) return [];
    const number = numbers.get(step.name);
    const prefix = number === undefined ? '' : `${String(number)}. `;
    const parts = commandParts(step, recording);
    if (known.phase !== 'build' && isLabOnly(step)) return foldParts(`Only in the lab: ${step.title}`, parts);
    return [`### ${known.phase === 'fault' ? 'The fault: ' : prefix}${step.title}`, ...parts];
  });
}

/** Gives the step numbers of a repair by name, from 1. */
function repairNumbers({ steps }: DrillListing, plan: DrillPlan): ReadonlyMap<string, number> {
  const labOnly = new Set(plan.steps.filter(isLabOnly).map(({ name }) => name));
  const own = steps.filter(({ name, phase }) => phase === 'repair' && !labOnly.has(name));
  return new Map(own.map(({ name }, index) => [name, index + 1]));
}

/** Tells whether a step only writes test files or starts the live writer, which a person would not do. */
function isLabOnly({ lines }: DrillPlan['steps'][number]): boolean {
  return lines.every((line) =>
    line.kind === 'act'
      ? line.text.includes('live writer')
      : line.command.argv[0] === 'sync' || line.command.argv.some((word) => word.endsWith('PAYLOAD')),
  );
}

/** Folds parts below a summary; nothing where there are none. */
function foldParts(summary: string, parts: readonly string[]): readonly string[] {
  return parts.length === 0 ? [] : ['<details>', `<summary>${summary}</summary>`, ...parts, '</details>'];
}

/** Says which steps can be left out, because people ask "what if I forget this?". */
function leaveOutParts(drill: DrillListing, plan: DrillPlan): readonly string[] {
  const numbers = repairNumbers(drill, plan);
  const names = drill.steps
    .filter(({ skippable }) => skippable)
    .map(({ name }) => `${inlineCode(name)}${numbers.has(name) ? ` (${String(numbers.get(name))})` : ''}`);
  if (names.length === 0) return [];
  return [
    `To see what happens without a step, leave it out with ${inlineCode(`raidlab drill ${drill.name} --skip-step NAME`)}: ${names.join(', ')}.`,
  ];
}

/** Gives what a step does: its plan, and if it was recorded, each command's output and its meaning. */
function commandParts(step: DrillPlan['steps'][number], recording: Recording | null): readonly string[] {
  const parts: string[] = [];
  let rows: string[] = [];
  const flush = (): void => {
    if (rows.length > 0) parts.push(codeBlock('console', rows.join('\n')));
    rows = [];
  };
  const add = (...more: readonly string[]): void => {
    if (rows.length + more.length > mostRows) flush();
    rows.push(...more);
  };
  for (const line of mergeStep(step, recording)) {
    if ('act' in line) add(`# ${line.act}`);
    else if ('command' in line) {
      add(`$ ${line.command}`, ...cutOutput(line.command, line.said), ...exitRow(line));
      if (line.meaning === undefined) continue;
      flush();
      parts.push(`*${line.meaning}*`);
    } else {
      flush();
      parts.push('kernel' in line ? `The kernel complains: ${inlineCode(line.kernel)}` : line.remark);
    }
  }
  flush();
  return parts;
}

function exitRow({ exitCode }: RecordedCommand): readonly string[] {
  if (exitCode === 0 || exitCode === undefined) return [];
  return [exitCode === null ? '(it did not come back)' : `(exit ${String(exitCode)})`];
}

function proofParts(plan: DrillPlan, recording: Recording | null): readonly string[] {
  const proof = plan.steps.find((step) => step.name === 'proof');
  if (recording !== null && recording.checks.length > 0)
    return [
      '## How it is proved',
      recording.verdict === 'held' ? 'The promise was kept:' : recording.summary,
      ...evidenceParts(recording.checks),
    ];
  if (proof === undefined) return [];
  return ['## How it is proved', list(proof.lines.map((line) => (line.kind === 'act' ? line.text : formatCommand(line.command))))];
}

/** Gives the claims of checks, and below a fold what was seen. */
function evidenceParts(checks: readonly Check[]): readonly string[] {
  return [list(checks.map(claimOf)), ...foldParts('The evidence', [codeBlock('text', checksText(checks))])];
}

function claimOf({ claim, name, outcome }: Check): string {
  return `${outcome === 'held' ? '✓' : outcome === 'broken' ? '✗' : '?'} ${claim} (${inlineCode(name)})`;
}

function checksText(checks: readonly Check[]): string {
  return plainText(checks.flatMap((check) => checkLines(check, false))).replaceAll(' more in result.json', ' more');
}

function twinParts(drill: DrillListing, plan: DrillPlan | null, recording: Recording | null): readonly string[] {
  const { twin } = drill;
  if (twin === null || plan === null) return ['## The twin', 'None: this is a demonstration, which `raidlab drill --all` leaves out.'];
  const different = plan.steps.filter((step) => twin.instead.includes(step.name));
  return [
    '## What the mistake costs',
    `The twin is this drill ${worse(twin)}. It must come out \`broken\`: ${twin.because}`,
    ...different.flatMap((step) => [`### Instead: ${step.title}`, ...commandParts(step, recording)]),
    ...(recording === null ? [`Checks that must be broken: ${twin.breaks.map(inlineCode).join(', ')}.`] : twinSeen(recording)),
  ];
}

function worse(twin: TwinListing): string {
  return formatWorse({
    ...twin,
    skipStep: twin.skipStep === null ? null : inlineCode(twin.skipStep),
    instead: twin.instead.map(inlineCode),
  });
}

/** Gives what was seen of the twin. What still held is named, too, because it misleads people. */
function twinSeen({ summary, checks }: Recording): readonly string[] {
  const held = checks.filter((check) => check.outcome === 'held').map((check) => inlineCode(check.name));
  const other = checks.filter((check) => check.outcome !== 'held');
  // Why it broke is told above.
  return [
    /^.*? did not hold\./su.exec(summary)?.[0] ?? summary,
    ...(other.length === 0 ? [] : evidenceParts(other)),
    ...(held.length === 0 ? [] : [`These checks still held, so everything may look fine: ${held.join(', ')}.`]),
  ];
}

function versionParts({ knowledge }: DrillListing): readonly string[] {
  if (knowledge.length === 0) return [];
  const rows = knowledge.map(({ versions, verdict, because, source }) =>
    [inlineCode(versions), verdict, because, linkSources(source)].map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | '),
  );
  return [['| versions | verdict | because | source |', '| --- | --- | --- | --- |', ...rows.map((row) => `| ${row} |`)].join('\n')];
}

function recordedSource({ name }: DrillListing, recording: Recording | null): readonly string[] {
  return recording === null ? [] : [`measured: [the recorded run of this drill and its twin](recordings/${name}.json), in full`];
}

function section(title: string, parts: readonly string[]): readonly string[] {
  const told = parts.filter((part) => part !== '');
  return told.length === 0 ? [] : [`## ${title}`, ...told];
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
