import type { RecordedEvent } from '../../core/event.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { readLines } from './file-lines.ts';
import { guestTalk } from './run-directory.ts';

/**
 * Reads the events of a run from its events.ndjson, one after the other. The last line of a run that was killed may be half of one: it is
 * left out, as is what guests of a drill did and said beyond `mostTalkChars`; that is counted in a remark. Throws `usage/bad-arguments` for a file that has no events.
 */
export function* readRecordedEvents(hostPath: string, mostTalkChars: number): Generator<RecordedEvent> {
  const talkChars = new Map<string, number>();
  let leftOut = 0;
  let last: RecordedEvent | undefined;
  for (const line of linesOf(hostPath)) {
    const event = parseEvent(line);
    if (event === undefined) continue;
    const { job = '' } = event;
    const chars = (talkChars.get(job) ?? 0) + (guestTalk.has(event.type) ? line.length : 0);
    talkChars.set(job, chars);
    if (guestTalk.has(event.type) && chars > mostTalkChars) leftOut += 1;
    else yield event;
    last = event;
  }
  if (last === undefined) throw refusal(hostPath, 'it has no events in it');
  if (leftOut === 0) return;
  const { v, seq, at } = last;
  const text = `${String(leftOut)} events of what guests did and said are left out here, there are too many: \`raidlab report\` shows more of them.`;
  yield { v, seq, at, type: 'remark-made', text };
}

function parseEvent(line: string): RecordedEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    // An event of another version is shown as what it says: only what every event has is looked for here.
    const isEvent = typeof value === 'object' && value !== null && 'type' in value && 'at' in value && typeof value.type === 'string';
    return isEvent ? (value as RecordedEvent) : undefined;
  } catch {
    return undefined;
  }
}

function* linesOf(hostPath: string): Generator<string> {
  try {
    yield* readLines(hostPath);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw refusal(hostPath, code === 'ENOENT' ? 'there is no such file' : message);
  }
}

function refusal(hostPath: string, why: string): RaidlabError {
  const message = `${hostPath} cannot be read as the events of a run: ${why}.`;
  return new RaidlabError({ area: 'usage', reason: 'bad-arguments', message, command: 'raidlab report' });
}
