import type { Speaker } from './peel-prefix.ts';

/*
 * journalctl's formats with a name before each field: `-o export` and `-o verbose` (`NAME=value`, an empty line or a heading between two
 * entries; binary fields as NAME, eight bytes of length, data), and JSON (`-o json`, `json-pretty`, `json-sse`, `json-seq`; `dmesg -J`). Other
 * collectors' JSON is read as well: one object per line, the message in a field with a usual name. Source: systemd's JOURNAL_EXPORT_FORMATS.
 *
 *     text ── a field ──► entry, its fields gathered ── empty line, `}`, heading ──► a message, or none ──► text
 */

/** The current entry of a journal; null between entries. */
export interface OpenEntry {
  readonly fields: Readonly<Record<string, string>>;
  /** The field whose data continues in the next line; usually null. */
  readonly continued: string | null;
  readonly format: 'export' | 'json';
  /** The entries are in a list, so the end of one is not the end of all. */
  readonly isNested: boolean;
}

/** The result of a log line. */
export interface JournalStep {
  readonly open: OpenEntry | null;
  /** From the entry that ended before or with this line; usually empty. */
  readonly messages: readonly JournalMessage[];
  /** The line does not belong to a journal's entry. */
  readonly isText: boolean;
}

/** A message of a journal. */
export interface JournalMessage {
  readonly text: string;
  readonly speaker: Speaker;
  readonly atSeconds: number | null;
}

/** The fields kept of an entry. */
const wanted =
  /^(?:MESSAGE|_TRANSPORT|SYSLOG_IDENTIFIER|SYSLOG_FACILITY|__MONOTONIC_TIMESTAMP|_SOURCE_MONOTONIC_TIMESTAMP|message|msg|log|line|text|pri|fac|time)$/u;
const wellKnown =
  /^ {0,4}(?:__CURSOR|__REALTIME_TIMESTAMP|__MONOTONIC_TIMESTAMP|MESSAGE|PRIORITY|SYSLOG_\w+|_TRANSPORT|_BOOT_ID|_MACHINE_ID|_HOSTNAME|_SOURCE_\w+|_KERNEL_\w+)=/u;
const exportField = /^ {0,4}(_{0,2}[A-Z][A-Z0-9_]{0,63})(?:=(.*))?$/u;
const jsonField = /^\s*"(\w+)"\s*:\s*(.+?),?\s*$/u;

/** The longest message kept: anything may be written into a journal. */
const mostText = 65_536;

/** Takes the next line of a log, and says what it means as part of a journal. */
export function observeJournalLine(open: OpenEntry | null, rawLine: string): JournalStep {
  const line = rawLine.replace(/^\u001e|^(?:data: |- )(?=\{)/u, '').replace(/\r$/u, '');
  if (open === null) {
    if (wellKnown.test(line)) return inExport(emptyEntry('export'), line);
    if (/^\s*\{/u.test(line)) return beginJson(line);
    return notOurs(null);
  }
  return open.format === 'export' ? inExport(open, line) : inJson(open, line);
}

/** Gives the messages of the entry that the log ends in. */
export function closeEntry(open: OpenEntry | null): readonly JournalMessage[] {
  return open === null ? [] : messagesOf(open);
}

function notOurs(open: OpenEntry | null): JournalStep {
  return { open: null, messages: closeEntry(open), isText: true };
}

function emptyEntry(format: OpenEntry['format']): OpenEntry {
  return { fields: {}, continued: null, format, isNested: false };
}

function inExport(open: OpenEntry, line: string): JournalStep {
  if (line === '' && open.continued === null) return { open: null, messages: messagesOf(open), isText: false };
  const [, name = '', value] = exportField.exec(line) ?? [];
  if (open.continued !== null && (value === undefined || !wellKnown.test(line))) {
    // A message of several lines; the first begins with its length.
    const isFirst = open.fields[open.continued] === undefined;
    if (line === '' && !isFirst) return { open: { ...open, continued: null }, messages: [], isText: false };
    const data = isFirst ? line.replace(/^[\s\S]{3}\u0000{5}/u, '') : line;
    return { open: withField(open, open.continued, data), messages: [], isText: false };
  }
  if (name === '') {
    // `-o verbose`: a heading with the date begins the next entry.
    const isHeading = /\[s=[0-9a-f]+;i=/u.test(line);
    return isHeading ? { open: emptyEntry('export'), messages: messagesOf(open), isText: false } : notOurs(open);
  }
  if (value === undefined) return { open: { ...open, continued: name }, messages: [], isText: false };
  const isNext = name === '__CURSOR' && Object.keys(open.fields).length > 0;
  const entry = { ...(isNext ? emptyEntry('export') : open), continued: null };
  return { open: withField(entry, name, value), messages: isNext ? messagesOf(open) : [], isText: false };
}

function beginJson(line: string): JournalStep {
  const parsed = parseObject(line);
  if (parsed !== null) return { open: null, messages: messagesOf({ ...emptyEntry('json'), fields: parsed }), isText: false };
  return line.trim() === '{' ? { open: emptyEntry('json'), messages: [], isText: false } : notOurs(null);
}

function inJson(open: OpenEntry, line: string): JournalStep {
  if (/^[\s,[\]]*[{}][\s,[\]{}]*$/u.test(line)) {
    const goesOn = line.trimEnd().endsWith('{') || open.isNested;
    return { open: goesOn ? { ...emptyEntry('json'), isNested: open.isNested } : null, messages: messagesOf(open), isText: false };
  }
  if (/^\s*"dmesg": \[$/u.test(line)) return { open: { ...open, isNested: true }, messages: [], isText: false };
  const [, name, value = ''] = jsonField.exec(line) ?? [];
  if (name === undefined) {
    // A list of bytes is spread over several lines.
    return /^[\s\d,[\]]*$/u.test(line) ? { open, messages: [], isText: false } : notOurs(open);
  }
  const fields = parseObject(`{"${name}":${value}}`);
  return { open: fields === null ? open : { ...open, fields: { ...open.fields, ...fields } }, messages: [], isText: false };
}

function withField(open: OpenEntry, name: string, value: string): OpenEntry {
  // `-` as the name of an unwanted field, so that it is not mistaken for the end of a heading.
  if (!wanted.test(name)) return { ...open, fields: { ...open.fields, '-': '' } };
  const before = open.continued === name ? open.fields[name] : undefined;
  const text = before === undefined ? value : `${before}\n${value}`;
  return { ...open, fields: { ...open.fields, [name]: text.slice(0, mostText) } };
}

/** Gives the wanted fields of a JSON object as text; null when it is not an object. A message that is not text comes as a list of bytes. */
function parseObject(text: string): Readonly<Record<string, string>> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields: Record<string, string> = {};
  for (const [name, field] of Object.entries(value)) {
    if (!wanted.test(name)) continue;
    if (typeof field === 'string' || typeof field === 'number') fields[name] = String(field);
    else if (Array.isArray(field) && field.every((byte) => typeof byte === 'number'))
      fields[name] = String.fromCodePoint(...field.slice(0, mostText).map((byte) => byte & 255));
  }
  return fields;
}

function messagesOf({ fields }: OpenEntry): readonly JournalMessage[] {
  const message = fields.MESSAGE ?? fields.message ?? fields.msg ?? fields.log ?? fields.line ?? fields.text;
  if (message === undefined) return [];
  const micros = fields._SOURCE_MONOTONIC_TIMESTAMP ?? fields.__MONOTONIC_TIMESTAMP;
  const atSeconds = micros !== undefined && /^\d{1,15}$/u.test(micros) ? Number(micros) / 1e6 : null;
  const seconds = fields.pri !== undefined && fields.time !== undefined ? Number(fields.time) : Number.NaN;
  const speaker = speakerOf(fields);
  return message
    .split('\n')
    .filter((text, index) => index === 0 || text !== '')
    .map((text) => ({ text, speaker, atSeconds: Number.isFinite(seconds) ? seconds : atSeconds }));
}

function speakerOf(fields: Readonly<Record<string, string>>): Speaker {
  const { SYSLOG_IDENTIFIER: identifier, _TRANSPORT: transport, SYSLOG_FACILITY: facility } = fields;
  if (identifier !== undefined) return identifier === 'kernel' ? 'kernel' : 'other';
  if (transport !== undefined) return transport === 'kernel' ? 'kernel' : 'other';
  if (facility !== undefined) return facility === '0' ? 'kernel' : 'other';
  if (fields.fac !== undefined) return fields.fac === 'kern' ? 'kernel' : 'other';
  if (fields.pri !== undefined && /^\d+$/u.test(fields.pri)) return Number(fields.pri) < 8 ? 'kernel' : 'other';
  return 'unsaid';
}
