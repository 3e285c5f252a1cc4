/** Splits a stream of bytes into lines. */
export interface LineSplitter {
  /** Takes the next bytes; hands out complete lines before it returns. */
  push(chunk: Uint8Array): void;
  /** Gives the rest after the last line end, and forgets it. */
  takeRest(): string;
}

/** The byte that ends a line. */
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Makes a splitter that hands each line, without its `\n` or `\r\n`, to `onLine`. Bytes are decoded a whole line at a time, so a UTF-8
 * sequence split by the transport stays intact; invalid UTF-8 becomes U+FFFD. Of a line longer than `maxLineBytes` the beginning is
 * handed out at once, and the rest is dropped: a guest that never sends a line end must not fill our memory, and the middle of a line
 * must not pass for a line.
 */
export function createLineSplitter(onLine: (line: string) => void, maxLineBytes: number): LineSplitter {
  let parts: Uint8Array[] = [];
  let partBytes = 0;
  let isCut = false;
  const take = (): string => {
    const line = Buffer.concat(parts, partBytes);
    parts = [];
    partBytes = 0;
    const end = line.at(-1) === carriageReturn ? line.length - 1 : line.length;
    return line.toString('utf8', 0, end);
  };
  const keep = (part: Uint8Array): void => {
    if (isCut || part.length === 0) return;
    const kept = part.subarray(0, maxLineBytes - partBytes);
    parts.push(kept);
    partBytes += kept.length;
    if (kept.length === part.length) return;
    isCut = true;
    onLine(take());
  };
  return {
    push: (chunk) => {
      let start = 0;
      for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
        keep(chunk.subarray(start, end));
        start = end + 1;
        if (!isCut) onLine(take());
        isCut = false;
      }
      keep(chunk.subarray(start));
    },
    takeRest: take,
  };
}
