import { StringDecoder } from 'node:string_decoder';
import { harmlessText } from '../../core/text/harmless-text.ts';

/** Takes the bytes of a text as they come, and hands out its lines in a form that no terminal and no log acts on. */
export interface HarmlessLines {
  readonly take: (bytes: Buffer) => void;
  /** Hands out the last line, if it has no line end. */
  readonly end: () => void;
}

/** A line that reaches this length is judged and handed out in pieces. */
const longestLine = 65_536;

/** Opens such a splitter. */
export function openHarmlessLines(write: (text: string) => void): HarmlessLines {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const give = (length: number): void => {
    if (length > 0) write(harmlessText(rest.slice(0, length)));
    rest = rest.slice(length);
  };
  return {
    take: (bytes) => {
      rest += decoder.write(bytes);
      give(rest.lastIndexOf('\n') + 1);
      if (rest.length > longestLine) give(rest.length);
    },
    end: () => {
      rest += decoder.end();
      give(rest.length);
    },
  };
}
