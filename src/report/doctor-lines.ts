import { canRunDrill } from '../core/host/doctor.ts';
import type { Finding, FindingOutcome } from '../core/host/doctor.ts';
import { blank, line, span } from './text/line.ts';
import type { Line, Tone } from './text/line.ts';

const outcomeMarks: Readonly<Record<FindingOutcome, { readonly mark: string; readonly tone: Tone }>> = {
  ok: { mark: '✓', tone: 'good' },
  warn: { mark: '!', tone: 'doubtful' },
  fail: { mark: '✗', tone: 'bad' },
};

/** Gives the doctor's findings for people, with reason and remedy for whatever is wrong. */
export function doctorLines(findings: readonly Finding[], program: string): readonly Line[] {
  const failed = findings.filter((finding) => finding.outcome === 'fail').length;
  const verdict = canRunDrill(findings)
    ? [span('A drill can run here.', 'good'), span(` ${program} drill`, 'quiet')]
    : [span(`No drill can run here until ${failed === 1 ? 'one thing is' : `${String(failed)} things are`} fixed.`, 'bad')];
  return [...findings.flatMap(findingLines), blank, line(0, verdict)];
}

function findingLines({ name, outcome, what, why, mend }: Finding): readonly Line[] {
  const { mark, tone } = outcomeMarks[outcome];
  return [
    { indent: 0, hang: 24, spans: [span(`${mark} ${name}`, tone), span(what)], wrap: 'label' },
    ...(outcome === 'ok' ? [] : [line(4, [span(`matters because ${why}`, 'quiet')])]),
    ...(mend === null ? [] : [line(4, [span('→ ', 'good'), span(mend)], 6)]),
  ];
}
