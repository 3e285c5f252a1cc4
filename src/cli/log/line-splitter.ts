/** Splits the bytes of a text into lines. */
export interface LineSplitter {
  readonly take: (bytes: Uint8Array) => void;
  /** Gives the last line, if it has no line end. */
  readonly end: () => void;
}

/** A longer line is cut: no log has one, but any file may. */
const longestLine = 65_536;

/** Opens a splitter. The text is UTF-8, or UTF-16 with a byte order mark, as PowerShell writes files; anything else becomes U+FFFD. */
export function openLineSplitter(onLine: (line: string) => void): LineSplitter {
  let decoder: { decode(bytes?: Uint8Array, options?: { stream?: boolean }): string } | undefined;
  let line = '';
  const takeText = (text: string): void => {
    const pieces = text.split('\n');
    const last = pieces.pop() ?? '';
    for (const piece of pieces) {
      onLine(`${line}${piece}`.slice(0, longestLine));
      line = '';
    }
    if (line.length < longestLine) line += last.slice(0, longestLine);
  };
  return {
    take: (bytes) => {
      decoder ??= new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8');
      takeText(decoder.decode(bytes, { stream: true }));
    },
    end: () => {
      takeText(decoder?.decode() ?? '');
      if (line !== '') onLine(line);
      line = '';
    },
  };
}
