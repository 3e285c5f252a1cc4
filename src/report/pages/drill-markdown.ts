import { formatCommand } from '../../core/plan/command.ts';
import type { DrillPlan } from '../../core/plan/drill-plan.ts';
import { formatSize } from '../../core/text/size.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import { formatWorse } from '../drill/drill-list-lines.ts';
import type { DrillListing, TwinListing } from '../drill/drill-list-lines.ts';
import { checkLines } from '../drill/evidence-lines.ts';
import { codeBlock, inlineCode } from '../text/markdown.ts';
import { mergeStep } from './merge-step.ts';
import { onOwnDisks } from '../drill/own-disks.ts';
import { plainText } from '../text/plain-text.ts';
import type { RecordedCommand, Recording } from './recording.ts';

/** What the page of a drill is made of. */
export interface DrillDocument {
  readonly drill: DrillListing;
  readonly plan: DrillPlan;
  /** What its twin does; null when there is none. */
  readonly twinPlan: DrillPlan | null;
  /** How it went once; null when nothing was recorded. */
  readonly recording: Recording | null;
  readonly twinRecording: Recording | null;
}

/** Gives the parts of a drill's page for the web, in Markdown: what somebody who has this trouble now needs first comes first. */
export function drillMarkdown(document: DrillDocument): readonly string[] {
  const { drill, plan, twinPlan, recording, twinRecording } = document;
  return [
    `**${drill.promise}**`,
    glance(drill),
    '## What you see',
    drill.story,
    ...section('What not to do', [list(drill.wrongMoves)]),
    '## What to type',
    namesNote(recording),
    ...ownDisksParts(plan, twinPlan),
    ...stepParts(document, ['fault', 'repair']),
    ...leaveOutParts(drill),
    ...proofParts(plan, recording),
    ...section('What may be lost', drill.mayLose === null ? [] : [drill.mayLose]),
    ...twinParts(drill, twinPlan, twinRecording),
    ...section('What is known of versions', versionParts(drill)),
    ...section('How the array was made', stepParts(document, ['build'])),
    '## Sources',
    list(drill.sources),
  ];
}

function glance({ name, layout, payloadBytes, layouts, tags, requires, twin }: DrillListing): string {
  const others = layouts.length === 0 ? [] : [`Also on: ${layouts.map((each) => inlineCode(`--layout ${each}`)).join(', ')}`];
  return list([
    `Try it: ${inlineCode(`raidlab drill ${name}`)}${twin === null ? '' : `, and made worse ${inlineCode(`raidlab drill ${name} --twin`)}`}`,
    `Array: ${layout}; ${formatSize(payloadBytes)} of files`,
    ...others,
    ...requires.map(({ versions, because }) => `Needs ${inlineCode(versions)}: ${because}`),
    `Tags: ${tags.map((tag) => `[${tag}](../drills.md#by-tag)`).join(', ')}`,
  ]);
}

/** Says whose names the commands have: whoever pastes them has others. */
function namesNote(recording: Recording | null): string {
  const own =
    'Numbered steps are yours; *the fault* is brought about on purpose, and comes to you by itself. Disks are called by their serials (`DISK1`, …), their mappings `crypt-btrfs1`, …, and the array is mounted on `/storage`: put your own names in their place.';
  if (recording === null) return `${own} \`UUID-OF-DISK1\` and the like stand for LUKS UUIDs, which are drawn anew for every array.`;
  const images = Object.values(recording.images).join('; ');
  return `${own} What the commands printed is from a recorded run (kernel ${recording.kernel}; ${images}); UUIDs and figures are those of that run.`;
}

/** Says what is typed for the lab's sake only: whoever pastes it would do themselves harm, or wonder. */
function ownDisksParts(plan: DrillPlan, twinPlan: DrillPlan | null): readonly string[] {
  const advice = onOwnDisks(plan, twinPlan);
  return advice.length === 0 ? [] : ['On your own disks:', list(advice)];
}

/** Gives the steps of some phases in their order. Those of the repair are numbered: they are what a hand has to do. */
function stepParts({ drill, plan, recording }: DrillDocument, phases: readonly string[]): readonly string[] {
  const numbers = repairNumbers(drill);
  return plan.steps.flatMap((step) => {
    const known = drill.steps.find(({ name }) => name === step.name);
    if (known === undefined || !phases.includes(known.phase)) return [];
    const number = numbers.get(step.name);
    const prefix = number === undefined ? '' : `${String(number)}. `;
    return [`### ${known.phase === 'fault' ? 'The fault: ' : prefix}${step.title}`, ...commandParts(step, recording)];
  });
}

/** Gives the steps that a repair has, each by its name with its number, from 1. */
function repairNumbers({ steps }: DrillListing): ReadonlyMap<string, number> {
  return new Map(steps.filter(({ phase }) => phase === 'repair').map(({ name }, index) => [name, index + 1]));
}

/** Says which steps can be left out: "what if I forget this?" is what people want to know. */
function leaveOutParts(drill: DrillListing): readonly string[] {
  const numbers = repairNumbers(drill);
  const names = drill.steps
    .filter(({ skippable }) => skippable)
    .map(({ name }) => `${inlineCode(name)}${numbers.has(name) ? ` (${String(numbers.get(name))})` : ''}`);
  if (names.length === 0) return [];
  return [
    `What if one of these is forgotten? ${inlineCode(`raidlab drill ${drill.name} --skip-step NAME`)} shows it: ${names.join(', ')}.`,
  ];
}

/** Gives what a step does: its plan, and where it was recorded what each command printed and what that is worth. */
function commandParts(step: DrillPlan['steps'][number], recording: Recording | null): readonly string[] {
  const parts: string[] = [];
  let rows: string[] = [];
  const flush = (): void => {
    if (rows.length > 0) parts.push(codeBlock('console', rows.join('\n')));
    rows = [];
  };
  for (const line of mergeStep(step, recording)) {
    if ('act' in line) rows.push(`# ${line.act}`);
    else if ('command' in line) {
      rows.push(`$ ${line.command}`, ...line.said, ...exitRow(line));
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
  if (exitCode === 0) return [];
  return [exitCode === null ? '(it did not come back)' : `(exit ${String(exitCode)})`];
}

function proofParts(plan: DrillPlan, recording: Recording | null): readonly string[] {
  const proof = plan.steps.find((step) => step.name === 'proof');
  if (recording !== null && recording.checks.length > 0)
    return ['## What proves it', recording.summary, codeBlock('text', checksText(recording.checks))];
  if (proof === undefined) return [];
  return ['## What proves it', list(proof.lines.map((line) => (line.kind === 'act' ? line.text : formatCommand(line.command))))];
}

function checksText(checks: readonly Check[]): string {
  return plainText(checks.flatMap((check) => checkLines(check, false))).replaceAll(' more in result.json', ' more');
}

function twinParts(drill: DrillListing, plan: DrillPlan | null, recording: Recording | null): readonly string[] {
  const { twin } = drill;
  if (twin === null || plan === null) return ['## The twin', 'None: this is a demonstration, and `raidlab drill --all` leaves it out.'];
  const different = plan.steps.filter((step) => twin.instead.includes(step.name));
  return [
    '## What comes of the wrong move',
    `The twin of this drill is the same ${worse(twin)}. It must come out \`broken\`: ${twin.because}`,
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

/** Gives what was seen of the twin: what still held is what fools people, so it is named, too. */
function twinSeen({ summary, checks }: Recording): readonly string[] {
  const held = checks.filter((check) => check.outcome === 'held').map((check) => inlineCode(check.name));
  const other = checks.filter((check) => check.outcome !== 'held');
  return [
    summary,
    ...(other.length === 0 ? [] : [codeBlock('text', checksText(other))]),
    ...(held.length === 0 ? [] : [`All the same, these held, and would have let one believe that all is well: ${held.join(', ')}.`]),
  ];
}

function versionParts({ knowledge }: DrillListing): readonly string[] {
  if (knowledge.length === 0) return [];
  const rows = knowledge.map(({ versions, verdict, because, source }) =>
    [inlineCode(versions), verdict, because, source].map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | '),
  );
  return [['| versions | comes out | because | source |', '| --- | --- | --- | --- |', ...rows.map((row) => `| ${row} |`)].join('\n')];
}

function section(title: string, parts: readonly string[]): readonly string[] {
  const told = parts.filter((part) => part !== '');
  return told.length === 0 ? [] : [`## ${title}`, ...told];
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
