import { formatSize } from '../../../core/text/size.ts';
import type { QmpMessage, QmpRecord } from './qmp-record.ts';
import type { TimedEvent } from '../timed-event.ts';
import type { UnnumberedEntry } from './trace-entry.ts';

/**
 * Gives what raidlab and QEMU said to each other as entries of a trace: a command with its reply, an event. Each belongs to
 * the step that was under way.
 */
export function qmpEntries({ messages, leftOutBytes }: QmpRecord, events: readonly TimedEvent[]): readonly UnnumberedEntry[] {
  const placed = placesOf(messages, events);
  const entries: UnnumberedEntry[] = [];
  const [first] = placed;
  if (leftOutBytes > 0) {
    const head = `QMP before this is left out here, ${formatSize(leftOutBytes)}: it is in the qmp.ndjson of each machine`;
    entries.push({ ...nothingMore, afterMs: first?.afterMs ?? 0, step: first?.step ?? null, machine: null, head });
  }
  /** Commands without a reply, where they are in `entries`, by machine and id. */
  const waiting = new Map<string, { readonly at: number; readonly atMs: number }>();
  for (const { afterMs, step, said } of placed) {
    const { machine, atMs, from, message } = said;
    const key = `${machine}\0${JSON.stringify(message.id)}`;
    const place = { ...nothingMore, afterMs, step, machine };
    if (from === 'raidlab') {
      waiting.set(key, { at: entries.length, atMs });
      entries.push({ ...place, head: withData(String(message.execute), message.arguments), tail: 'no reply seen' });
    } else if ('return' in message || 'error' in message) {
      const asked = waiting.get(key);
      const command = asked === undefined ? undefined : entries[asked.at];
      waiting.delete(key);
      if (asked === undefined || command === undefined) entries.push({ ...place, head: 'reply', ...replyWords(message, '') });
      else entries[asked.at] = { ...command, ...replyWords(message, `${String(atMs - asked.atMs)} ms`) };
    } else if ('event' in message) entries.push({ ...place, head: withData(`event ${String(message.event)}`, message.data) });
    else entries.push({ ...place, head: withData('QMP' in message ? 'greeting' : 'message', message) });
  }
  return entries;
}

const nothingMore = { kind: 'qmp', tail: '', isBad: false, body: '', run: null } as const;

/** Messages with the steps that they were said in: both are in order of time. */
function placesOf(messages: readonly QmpMessage[], events: readonly TimedEvent[]) {
  const begin = events.find(({ event }) => event.type === 'drill-started') ?? events[0];
  const beginMs = begin === undefined ? 0 : Date.parse(begin.event.at) || 0;
  let at = 0;
  return messages.map((said) => {
    const afterMs = Math.max(0, said.atMs - beginMs);
    while ((events[at]?.afterMs ?? Infinity) <= afterMs) at += 1;
    return { afterMs, step: events[at - 1]?.step ?? null, said };
  });
}

function replyWords(message: QmpMessage['message'], time: string): Pick<UnnumberedEntry, 'tail' | 'body' | 'isBad'> {
  if (!('error' in message))
    return { tail: time, body: isEmpty(message.return) ? '' : JSON.stringify(message.return, null, 2), isBad: false };
  return { tail: `refused  ${time}`.trimEnd(), body: JSON.stringify(message.error, null, 2), isBad: true };
}

function withData(name: string, data: unknown): string {
  return data === undefined || isEmpty(data) ? name : `${name} ${JSON.stringify(data)}`;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
