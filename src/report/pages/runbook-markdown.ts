import { formatCommand } from '../../core/plan/command.ts';
import type { Prose } from '../../core/runbook/prose.ts';
import type { Runbook, RunbookBeforehand, RunbookChapter, RunbookCommand, RunbookStep, RunbookWord } from '../../core/runbook/runbook.ts';
import { harmlessPiece, harmlessText } from '../../core/text/harmless-text.ts';
import { codeBlock, escapeMarkdown, inlineCode } from '../text/markdown.ts';

/** Gives a runbook as Markdown (CommonMark). Names in it may come from strangers: nothing of them is markup. */
export function runbookMarkdown(runbook: Runbook): string {
  const { array, beforehand, chapters, withheld, speed, notProved } = runbook;
  const parts = [
    `# Runbook: a disk of ${inlineCode(harmlessPiece(array))} has died`,
    rehearsalPart(runbook),
    proseText(speed),
    ...(beforehand === null ? [] : beforehandParts(beforehand)),
    ...chapters.flatMap((chapter) => chapterParts(chapter, chapters.length + withheld.length > 1)),
    ...withheld.flatMap(({ lost, why }) => [
      `## If it is ${inlineCode(harmlessPiece(lost))}`,
      `**There is nothing to type.** The rehearsal came out ${escapeMarkdown(why)}`,
    ]),
    '## What the rehearsal did not prove',
    list(notProved.map(escapeMarkdown)),
  ];
  return `${parts.join('\n\n')}\n`;
}

function rehearsalPart({ rehearsal }: Runbook): string {
  const { drill, seed, kernel, hostKernel, tools, hostTools, layout } = rehearsal;
  const on = (own: string, host: string | null): string =>
    `${escapeMarkdown(own)}${host === null ? '' : ` (the array’s host has ${escapeMarkdown(host)})`}`;
  return [
    `Rehearsed on ${escapeMarkdown(layout)}, with the drill ${inlineCode(drill)} (seed ${inlineCode(harmlessPiece(seed))}), Linux ${on(kernel, hostKernel)}, btrfs-progs ${on(tools, hostTools)}.`,
    'Every command was typed there in this order, with other names, and the result proved.',
    'Read all of it before you type the first one. Type one at a time, as root.',
  ].join(' ');
}

function beforehandParts({ why, words, steps }: RunbookBeforehand): readonly string[] {
  return [
    '## Today, while every disk is there',
    proseText(why),
    ...wordParts(words),
    ...steps.flatMap((step, index) => stepParts(step, index + 1)),
  ];
}

function wordParts(words: readonly RunbookWord[]): readonly string[] {
  if (words.length === 0) return [];
  return [
    'Words in capitals are to be filled in; quote what has blanks or other signs in it.',
    list(words.map(({ word, find }) => `${inlineCode(word)}: ${proseText(find)}`)),
  ];
}

function chapterParts({ lost, before, words, steps, stoodFor, proved }: RunbookChapter, isOneOfMany: boolean): readonly string[] {
  return [
    `## ${isOneOfMany ? 'If it is ' : 'The lost member: '}${inlineCode(harmlessPiece(lost))}`,
    '### Before you begin',
    list(before.map(proseText)),
    ...wordParts(words),
    ...steps.flatMap((step, index) => stepParts(step, index + 1)),
    '### What the rehearsal proved',
    `${stoodFor.map(proseText).join('; ')}.`,
    list(proved.map(escapeMarkdown)),
  ];
}

function stepParts({ title, commands, notes }: RunbookStep, number: number): readonly string[] {
  return [`### ${String(number)}. ${escapeMarkdown(title)}`, ...commands.map(commandPart), ...notes.map(proseText)];
}

function commandPart({ command, prints, check, takes, otherwise, rehearsed }: RunbookCommand): string {
  const facts = [
    `It prints: ${proseText(prints)}`,
    ...(check === null ? [] : [`Check: ${proseText(check)}`]),
    ...(takes === null ? [] : [`It takes: ${durationText(takes)}`]),
    ...otherwise.map(({ says, then }) => `If it says otherwise, ${proseText(says)}: ${proseText(then)}`),
  ];
  const said =
    rehearsed === null || rehearsed.trim() === ''
      ? []
      : [`In the rehearsal it printed:\n\n${codeBlock('text', harmlessText(rehearsed.trimEnd()))}`];
  return [codeBlock('sh', harmlessText(formatCommand(command))), list(facts), ...said].join('\n\n');
}

/** Gives how long something takes, in words. */
export function durationWords(seconds: number): string {
  if (seconds < 60) return 'less than a minute';
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `about ${String(minutes)} min` : `about ${String(Math.round(seconds / 360) / 10)} h`;
}

function durationText(takes: number | Prose): string {
  return typeof takes === 'number' ? `${durationWords(takes)}.` : proseText(takes);
}

function proseText(parts: Prose): string {
  return parts.map((part) => ('code' in part ? inlineCode(harmlessPiece(part.code)) : part.text)).join('');
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
