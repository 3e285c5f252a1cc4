import { exitCodes } from '../../core/exit-code.ts';
import { harmlessPiece, harmlessText } from '../../core/text/harmless-text.ts';
import type { DrillOutcome } from '../drill/drill-outcome.ts';
import { formatDuration } from '../text/format-duration.ts';
import { codeBlock, inlineCode } from '../text/markdown.ts';
import { evidenceText, runFacts, summaryOf } from './outcome-text.ts';
import { isSuccess, outcomeWords, wordOfOutcome } from '../drill/outcome-word.ts';
import type { OutcomeWord } from '../drill/outcome-word.ts';
import type { RunResult } from '../drill/result.ts';

/** The workflow command for each outcome that is worth an annotation. */
const annotationOf: Readonly<Partial<Record<OutcomeWord, 'error' | 'warning' | 'notice'>>> = {
  broken: 'error',
  surprise: 'error',
  crashed: 'error',
  failed: 'error',
  inconclusive: 'warning',
  interrupted: 'warning',
  skipped: 'notice',
};

/** How many lines of evidence an annotation has; GitHub folds long ones, and the step summary has the rest. */
const rowsAnnotated = 20;

/**
 * Gives a run as annotations for GitHub Actions: a workflow command for each drill that did not hold; empty when all did.
 * Source: docs.github.com, workflow commands for GitHub Actions; what is escaped is in actions/toolkit, packages/core.
 */
export function formatAnnotations(result: RunResult): string {
  const ownFailures = result.failures.filter((failure) => failure.job === undefined);
  return [
    ...result.drills.flatMap((outcome) => {
      const word = wordOfOutcome(outcome);
      // With --strict a skipped drill fails the run.
      const command = word === 'skipped' && outcome.exitCode !== exitCodes.held ? 'warning' : annotationOf[word];
      if (command === undefined) return [];
      const rows = [summaryOf(result, outcome), ...evidenceText(result, outcome).split('\n')].filter((row) => row !== '');
      return [annotation(command, `${outcome.job}: ${word}`, rows.slice(0, rowsAnnotated).join('\n'))];
    }),
    ...ownFailures.map((failure) => annotation('error', 'raidlab', `${failure.what}\n${failure.remedy}`)),
  ].join('');
}

/** Gives a run as Markdown for a step's summary: all drills with their results in a table, then what did not hold, folded. */
export function formatStepSummary(result: RunResult): string {
  const { drills } = result;
  const counts = outcomeWords
    .map((word) => ({ word, count: drills.filter((drill) => wordOfOutcome(drill) === word).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${String(count)} ${word}`);
  const facts = [['seed', drills[0]?.seed ?? ''] as const, ...runFacts(result)];
  const ownFailures = result.failures.filter((failure) => failure.job === undefined);
  return `${[
    `## raidlab: ${counts.length === 0 ? 'no drill was run' : counts.join(', ')}`,
    ...ownFailures.map((failure) => `**${escapeMarkdown(failure.what)}** ${escapeMarkdown(failure.remedy)}`),
    ...(drills.length === 0 ? [] : [table(result)]),
    ...drills
      .filter((drill) => !isSuccess(wordOfOutcome(drill)) && !['skipped', 'not begun'].includes(wordOfOutcome(drill)))
      .map((drill) => details(result, drill)),
    facts.map(([name, value]) => `- ${name}: ${escapeMarkdown(value)}`).join('\n'),
    `Again: ${inlineCode(result.repeat)}`,
  ].join('\n\n')}\n`;
}

function table(result: RunResult): string {
  const rows = result.drills.map((drill) => {
    const time = drill.durationMs === null ? '' : formatDuration(drill.durationMs);
    const cells = [drill.job, outcomeCell(drill), time, `${drill.kernel} / ${drill.tools}`, summaryOf(result, drill)];
    return `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  });
  return ['| drill | outcome | time | kernel / tools | |', '| --- | --- | ---: | --- | --- |', ...rows].join('\n');
}

/** A twin that broke as expected reads as a success, and still shows its result. */
function outcomeCell(drill: DrillOutcome): string {
  const word = wordOfOutcome(drill);
  return drill.verdict === null || drill.verdict === word ? word : `${word} (${drill.verdict})`;
}

function details(result: RunResult, outcome: DrillOutcome): string {
  const title = `${outcome.job}: ${wordOfOutcome(outcome)}`;
  const text = evidenceText(result, outcome);
  return `<details><summary>${escapeHtml(title)}</summary>\n\n${codeBlock('text', text)}\n\n</details>`;
}

function annotation(command: 'error' | 'warning' | 'notice', title: string, text: string): string {
  return `::${command} title=${escapeProperty(harmlessPiece(title))}::${escapeData(harmlessText(text))}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Escapes text for a line of Markdown. */
function escapeMarkdown(text: string): string {
  return escapeHtml(harmlessPiece(text.replaceAll(/\s+/gu, ' '))).replaceAll(/[\\`*_[\]|~#]/gu, String.raw`\$&`);
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
