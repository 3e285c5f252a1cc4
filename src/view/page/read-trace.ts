import type { RecordedEvent } from '../../core/event.ts';
import { parseTrace } from '../model/trace-text.ts';

/** Reads the events that the report carries: of a drill, or, with the name `''`, of the run itself. None when it carries none. */
export async function readTrace(job: string): Promise<readonly RecordedEvent[]> {
  const blocks = [...document.querySelectorAll<HTMLScriptElement>('script[type="application/x-raidlab-trace"]')];
  const block = blocks.find((candidate) => candidate.dataset.job === job);
  return block === undefined ? [] : parseTrace(await opened(block.text), job);
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
