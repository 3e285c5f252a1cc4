import type { RecordedEvent } from '../core/event.ts';
import { addToResult, emptyResult } from '../report/drill/result.ts';
import type { RunResult } from '../report/drill/result.ts';
import { drillSection } from './document/drill-section.ts';
import type { DrillFacts } from './document/drill-section.ts';
import { drillTable } from './document/drill-table.ts';
import { notices } from './document/notices.ts';
import { runFootnotes, runHeader } from './document/run-header.ts';
import { htmlPage, markup } from './html-page.ts';
import { timeEvents } from './model/timed-event.ts';
import { asOfToday } from './model/older-events.ts';
import { formatQmp } from './model/trace/qmp-record.ts';
import type { QmpRecord } from './model/trace/qmp-record.ts';
import { formatTrace } from './model/trace/trace-text.ts';
import { element } from './parts/element.ts';
import type { Content } from './parts/element.ts';
import { patterns } from './parts/patterns.ts';

/** What of a report is the same in all: the script of its page and the style, each with its SHA-256 in base64, by which the page's own security policy lets it in. */
export interface PageParts {
  readonly script: string;
  readonly scriptHash: string;
  readonly style: string;
  readonly styleHash: string;
}

/** What a report is made of. */
export interface ReportInput extends PageParts {
  /** Of one run, in order. One of a type that is not known is shown as text. */
  readonly events: Iterable<RecordedEvent>;
  /** What raidlab and QEMU said to each other, by job, from the evidence. */
  readonly qmp?: ReadonlyMap<string, QmpRecord>;
  /** Gives a text compressed in zlib's format (`deflateSync`), in base64. */
  readonly compress: (text: string) => string;
}

/** Gives a run as one HTML file that needs nothing else: a document that reads without scripts, and the traces of its drills, which its page opens. */
export function renderReport({ events, qmp, compress, script, scriptHash, style, styleHash }: ReportInput): string {
  const all = asOfToday([...events]);
  const result = all.reduce(addToResult, emptyResult);
  const byJob = Map.groupBy(all, ({ job }) => job);
  const drills = result.drills.map((outcome): DrillFacts & { readonly raw: readonly RecordedEvent[] } => {
    const raw = byJob.get(outcome.job) ?? [];
    const failures = result.failures.filter(({ job }) => job === outcome.job);
    return { outcome, failures, raw, events: timeEvents(raw), other: otherOf(result, outcome) };
  });
  const remarks = all.flatMap((event) => (event.type === 'remark-made' && event.job === undefined ? [event.text] : []));
  // The script is ours, and ends in no tag. Traces stand last, so that the page is there before them.
  const body = [
    markup(reportBody(result, drills, remarks)),
    `<script>${script}</script>`,
    // What belongs to no drill stands under the empty name: versions, and how it was called.
    traceData('', compress(formatTrace(byJob.get(undefined) ?? []))),
    ...drills.flatMap(({ outcome: { job }, raw }) => {
      const said = qmp?.get(job);
      const trace = traceData(job, compress(formatTrace(raw)));
      return said === undefined ? [trace] : [trace, traceData(job, compress(formatQmp(said)), 'qmp')];
    }),
  ].join('\n');
  return htmlPage({ title: titleOf(result), style, styleHash, scriptHash }, body);
}

function reportBody(result: RunResult, drills: readonly DrillFacts[], remarks: readonly string[]): Content {
  const isOne = drills.length === 1;
  return [
    patterns(),
    element(
      'div',
      { class: 'page' },
      runHeader(result),
      element(
        'main',
        null,
        notices(result, remarks),
        isOne || drills.length === 0 ? null : drillTable(drills.map(({ outcome }) => outcome)),
        drills.map((drill) => drillSection(drill, isOne)),
        runFootnotes(result),
      ),
    ),
  ];
}

/** The job that stands beside this one: the twin of a drill, the drill of a twin. */
function otherOf({ drills }: RunResult, { drill, isTwin }: RunResult['drills'][number]): string | null {
  return drills.find((other) => other.drill === drill && other.isTwin !== isTwin)?.job ?? null;
}

function titleOf({ run, drills }: RunResult): string {
  const [only] = drills;
  const what = drills.length === 1 && only !== undefined ? only.job : `${String(drills.length)} drills`;
  return `${what} · ${run} · raidlab`;
}

/** A block of data: no browser runs it, and no policy has to let it in. */
function traceData(job: string, data: string, kind: 'trace' | 'qmp' = 'trace'): string {
  // Base64 has nothing that ends it.
  return markup(element('script', { type: `application/x-raidlab-${kind}`, 'data-job': job })).replace('</script>', `${data}</script>`);
}
