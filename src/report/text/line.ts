/** How a piece of text is meant; a page with colours shows it. */
export type Tone = 'plain' | 'strong' | 'quiet' | 'good' | 'bad' | 'doubtful' | 'crashed';

/** A piece of text in one tone. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One fact to show, before it is wrapped, coloured or converted to ASCII for a page. */
export interface Line {
  /** The first row's indentation, columns. */
  readonly indent: number;
  /** The indentation of further rows, columns. */
  readonly hang: number;
  readonly spans: readonly Span[];
  /** Precedes every row: the bar beside a tool's output. */
  readonly margin?: Span;
  /** `command`: rows but the last end in ` \`, so that what was wrapped can be pasted into a shell. `label`: the first span is a name, in a column of its own where there is room. `labelled-command`: both. `usage`: what stands in brackets is one word. */
  readonly wrap: 'prose' | 'command' | 'label' | 'labelled-command' | 'usage';
}

/** Makes a span. */
export function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}

/** Makes a line of prose; further rows are indented by `hang`, by default like the first. */
export function line(indent: number, spans: readonly Span[] | string, hang: number = indent): Line {
  return { indent, hang, spans: typeof spans === 'string' ? [span(spans)] : spans, wrap: 'prose' };
}

/** An empty line. */
export const blank: Line = line(0, []);

/** Makes a line with a label in its own column: `  kernel       6.12`. */
export function labelled(label: string, value: string, tone: Tone = 'plain'): Line {
  return { indent: 2, hang: 15, spans: [span(label, 'quiet'), span(value, tone)], wrap: 'label' };
}

/** Makes a line with a label in its own column, and a command to paste. */
export function labelledCommand(label: string, command: string): Line {
  return { ...labelled(label, command), wrap: 'labelled-command' };
}

/** Makes the line of a command as one would type it: `$ btrfs scrub start -B /storage`. */
export function commandLine(indent: number, command: string, tone: Tone = 'quiet'): Line {
  return { indent, hang: indent + 4, spans: [span('$ ', 'quiet'), span(command, tone)], wrap: 'command' };
}

/** Makes the lines of a tool's output, verbatim, with a bar at the left. */
export function saidLines(indent: number, said: string, tone: Tone = 'plain'): readonly Line[] {
  const rows = said.trimEnd().split('\n');
  return rows.map((row) => ({
    indent,
    hang: indent,
    margin: span('│ ', 'quiet'),
    spans: [span(row.trimEnd(), tone)],
    wrap: 'prose' as const,
  }));
}
