import type { RecordedEvent } from '../../core/event.ts';
import { parseQmp } from '../model/trace/qmp-record.ts';
import type { QmpRecord } from '../model/trace/qmp-record.ts';
import { parseTrace } from '../model/trace/trace-text.ts';

/** Reads the events that the report carries: of a drill, or, with the name `''`, of the run itself. None when it carries none. */
export async function readTrace(job: string): Promise<readonly RecordedEvent[]> {
  return parseTrace(await carried('trace', job), job);
}

/** Reads the QMP messages of a drill that the report carries. */
export async function readQmp(job: string): Promise<QmpRecord> {
  return parseQmp(await carried('qmp', job));
}

/** Opens a block of data of the report; empty when it has none such. */
async function carried(kind: 'trace' | 'qmp', job: string): Promise<string> {
  const blocks = [...document.querySelectorAll<HTMLScriptElement>(`script[type="application/x-raidlab-${kind}"]`)];
  const block = blocks.find((candidate) => candidate.dataset.job === job);
  return block === undefined ? '' : opened(block.text);
}

/** Opens what was compressed in zlib's format and written in base64. */
async function opened(base64: string): Promise<string> {
  return new Response(new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream('deflate'))).text();
}

/** The browsers of the last year decode at once; TypeScript does not know of it yet. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const decoder = Uint8Array as unknown as { readonly fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  if (decoder.fromBase64 !== undefined) return decoder.fromBase64(base64);
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
