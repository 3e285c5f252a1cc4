/*
 * What raidlab and QEMU said to each other, as it is in the qmp.ndjson of each machine of a drill, and as a report carries it: a line each.
 *
 *     {"at":"2026-…Z","from":"raidlab","message":{"execute":…}}   in qmp.ndjson
 *     ["main",1700000000000,"raidlab",{"execute":…}]              in a report, after a line with what is left out
 */

/** A JSON object, as every message of QMP is. */
export type QmpObject = Readonly<Record<string, unknown>>;

/** A message between raidlab and the QEMU of a machine. */
export interface QmpMessage {
  readonly machine: string;
  /** When it was sent or heard, milliseconds since 1970. */
  readonly atMs: number;
  readonly from: 'raidlab' | 'qemu';
  readonly message: QmpObject;
}

/** The QMP messages of a drill, in order of time: the newest, where there were too many. */
export interface QmpRecord {
  readonly messages: readonly QmpMessage[];
  /** How much was said that is not among them, bytes of the evidence: older messages, and lines that are none. */
  readonly leftOutBytes: number;
}

/** The end of what is recorded of one machine. */
export interface QmpTranscript {
  readonly machine: string;
  /** The newest lines of its qmp.ndjson. */
  readonly lines: readonly string[];
  /** How much came before them, bytes. */
  readonly leftOutBytes: number;
}

/** Gives the messages of a drill from what is recorded of its machines: the newest, `mostChars` of them at most. */
export function readQmpRecord(transcripts: readonly QmpTranscript[], mostChars: number): QmpRecord {
  let leftOutBytes = transcripts.reduce((sum, transcript) => sum + transcript.leftOutBytes, 0);
  const read: { readonly chars: number; readonly message: QmpMessage }[] = [];
  for (const { machine, lines } of transcripts) {
    for (const line of lines) {
      const parsed = parseLine(machine, line);
      if (typeof parsed === 'number') leftOutBytes += parsed;
      else read.push({ chars: line.length, message: parsed });
    }
  }
  const newestFirst = read.toSorted((one, other) => one.message.atMs - other.message.atMs).toReversed();
  let chars = 0;
  const fitting = newestFirst.findIndex((one) => (chars += one.chars) > mostChars);
  const kept = fitting === -1 ? newestFirst : newestFirst.slice(0, fitting);
  for (const dropped of newestFirst.slice(kept.length)) leftOutBytes += dropped.chars;
  return { messages: kept.map(({ message }) => message).toReversed(), leftOutBytes };
}

/** Gives the message of a line; of a line that has none, how many bytes are left out there. */
function parseLine(machine: string, line: string): QmpMessage | number {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return line.length;
  }
  if (!isObject(value)) return line.length;
  const { at, from, message, leftOutBytes } = value;
  // The evidence has a bound, too, and says what is beyond it.
  if (typeof leftOutBytes === 'number') return leftOutBytes;
  const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(atMs) || (from !== 'raidlab' && from !== 'qemu') || !isObject(message)) return line.length;
  return { machine, atMs, from, message: withoutSecrets(message) };
}

function isObject(value: unknown): value is QmpObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where QMP has secrets in it: passwords, and the data of QEMU's `secret` objects. raidlab sends neither; a report is sent to others. */
function withoutSecrets(message: QmpObject): QmpObject {
  const { arguments: given } = message;
  if (!isObject(given)) return message;
  const isSecret = String(given['qom-type']).startsWith('secret');
  const told = Object.entries(given).map(([name, value]) => {
    const isWithheld = name.includes('password') || (isSecret && name === 'data');
    return [name, isWithheld ? 'not shown' : value] as const;
  });
  return { ...message, arguments: Object.fromEntries(told) };
}

/** Gives the record of a drill as text, for {@link parseQmp}. QEMU's own time of an event is left to the evidence. */
export function formatQmp({ messages, leftOutBytes }: QmpRecord): string {
  const lines = messages.map(({ machine, atMs, from, message }) => [machine, atMs, from, { ...message, timestamp: undefined }]);
  return [leftOutBytes, ...lines].map((line) => JSON.stringify(line)).join('\n');
}

/** Gives the record back; nothing of an empty text. */
export function parseQmp(text: string): QmpRecord {
  if (text === '') return { messages: [], leftOutBytes: 0 };
  const [leftOutBytes, ...lines] = JSON.parse(`[${text.replaceAll('\n', ',')}]`) as readonly [
    number,
    ...(readonly [string, number, QmpMessage['from'], QmpObject])[],
  ];
  return { messages: lines.map(([machine, atMs, from, message]) => ({ machine, atMs, from, message })), leftOutBytes };
}
