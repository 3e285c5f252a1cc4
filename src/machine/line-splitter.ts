/** Cuts a stream of bytes into lines. */
export interface LineSplitter {
  /** Takes the next bytes; complete lines go out before it returns. */
  push(chunk: Uint8Array): void;
  /** Gives what came after the last line end, and forgets it. */
  takeRest(): string;
}

/** The byte that ends a line. */
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Makes a splitter that hands each line, without its `\n` or `\r\n`, to `onLine`. Bytes are decoded a whole line at a
 * time, so a UTF-8 sequence cut by the transport stays whole; what is not UTF-8 becomes U+FFFD.
 *
 * A line longer than `maxLineBytes` is handed out in pieces: a guest that never sends a line end must not fill our memory.
 */
export function createLineSplitter(onLine: (line: string) => void, maxLineBytes: number): LineSplitter {
  let parts: Uint8Array[] = [];
  let partBytes = 0;
  const keep = (part: Uint8Array): void => {
    if (part.length === 0) return;
    parts.push(part);
    partBytes += part.length;
  };
  const take = (): string => {
    const line = Buffer.concat(parts, partBytes);
    parts = [];
    partBytes = 0;
    const end = line.at(-1) === carriageReturn ? line.length - 1 : line.length;
    return line.toString('utf8', 0, end);
  };
  return {
    push: (chunk) => {
      let start = 0;
      for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
        keep(chunk.subarray(start, end));
        start = end + 1;
        onLine(take());
      }
      keep(chunk.subarray(start));
      if (partBytes > maxLineBytes) onLine(take());
    },
    takeRest: take,
  };
}
