import { formatPlace } from '../../core/kernel/code-place.ts';
import type { KernelTrouble } from '../../core/kernel/trouble.ts';
import type { Check, CheckOutcome, Verdict } from '../../core/verdict/verdict.ts';
import { expectationLines } from './expectation-lines.ts';
import type { ExpectationFacts } from './expectation-lines.ts';
import { formatDuration } from '../text/format-duration.ts';
import { blank, labelled, line, saidLines, span } from '../text/line.ts';
import type { Line, Tone } from '../text/line.ts';
import { outcomeStyles, wordOfVerdict } from './outcome-word.ts';
import { shortenLines } from '../text/shorten-lines.ts';

/** How many lines of evidence are shown for a check, by what it came to; the rest is in result.json. */
const evidenceShown: Readonly<Record<CheckOutcome, number>> = { held: 3, broken: 12, inconclusive: 12 };

const outcomeMarks: Readonly<Record<CheckOutcome, { readonly mark: string; readonly tone: Tone }>> = {
  held: { mark: '✓', tone: 'good' },
  broken: { mark: '✗', tone: 'bad' },
  inconclusive: { mark: '?', tone: 'doubtful' },
};

/** Gives the lines of a check: mark, claim, and what was seen; more of that where it did not hold. */
export function checkLines(check: Check, verbose: boolean): readonly Line[] {
  const { mark, tone } = outcomeMarks[check.outcome];
  const all = check.evidence.flatMap((evidence) => evidence.split('\n'));
  const { shown, left } = shortenLines(all, verbose ? Infinity : evidenceShown[check.outcome]);
  const claimTone: Tone = check.outcome === 'held' ? 'plain' : 'strong';
  return [
    line(2, [span(`${mark} `, tone), span(check.claim, claimTone), span(`  ${check.name}`, 'quiet')], 4),
    ...shown.map((evidence) => line(6, [span(evidence, 'quiet')], 8)),
    ...(left === 0 ? [] : [line(6, [span(`… ${String(left)} more in result.json`, 'quiet')])]),
  ];
}

/** What a verdict rests on. */
export interface VerdictFacts extends ExpectationFacts {
  readonly drill: string;
  readonly verdict: Verdict;
  readonly summary: string;
  readonly durationMs: number;
  readonly checks: readonly Check[];
  /** The crash, for the verdict `crashed`. */
  readonly trouble: KernelTrouble | undefined;
  readonly verbose: boolean;
}

/** Gives the last part of a drill's report: every check with its evidence, then the verdict. */
export function verdictLines(facts: VerdictFacts): readonly Line[] {
  const evidence = facts.checks.flatMap((check) => checkLines(check, facts.verbose));
  const word = wordOfVerdict(facts.verdict, facts.surprises);
  return [
    ...(evidence.length === 0 ? [] : [line(0, [span('Evidence', 'strong')]), ...evidence, blank]),
    ...(facts.trouble === undefined ? [] : [line(0, [span('Evidence from the console', 'strong')]), ...troubleLines(facts.trouble), blank]),
    line(0, [
      span(word.toUpperCase(), outcomeStyles[word].tone),
      span(`  ${facts.drill}`, 'strong'),
      span(`  ${formatDuration(facts.durationMs)}`, 'quiet'),
    ]),
    line(0, facts.summary),
    ...expectationLines(facts),
    ...countLine(facts.checks),
  ];
}

function countLine(checks: readonly Check[]): readonly Line[] {
  if (checks.length === 0) return [];
  return [line(0, [span(countChecks(checks), 'quiet')])];
}

/** Gives what checks came to, in numbers: `9 checks: 6 held, 3 broken`. */
export function countChecks(checks: readonly Check[]): string {
  const counts = (['held', 'broken', 'inconclusive'] as const)
    .map((outcome) => ({ outcome, count: checks.filter((check) => check.outcome === outcome).length }))
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${String(count)} ${outcome}`);
  return `${String(checks.length)} ${checks.length === 1 ? 'check' : 'checks'}: ${counts.join(', ')}`;
}

/** Gives the lines of kernel trouble: what, where, who, and the console's own words. */
export function troubleLines(trouble: KernelTrouble): readonly Line[] {
  const facts: readonly (readonly [string, string | null])[] = [
    ['kind', trouble.kind],
    ['said', trouble.what],
    ['at', trouble.at === null ? null : `${formatPlace(trouble.at)}${inModule(trouble.at.module)}`],
    ['process', trouble.process === null ? null : `${trouble.process.name} (pid ${String(trouble.process.pid)})`],
    ['kernel', trouble.kernel],
    ['during', trouble.during],
  ];
  return [
    ...facts.flatMap(([label, value]) => (value === null ? [] : [labelled(label, value)])),
    ...(trouble.transcript.length === 0 ? [] : saidLines(2, trouble.transcript.join('\n'))),
  ];
}

function inModule(module: string | null): string {
  return module === null ? '' : ` [${module}]`;
}
