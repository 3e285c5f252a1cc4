import { StringDecoder } from 'node:string_decoder';
import { harmlessText } from '../../core/text/harmless-text.ts';

/** Takes bytes of a text as they come, and gives out its lines in a form that acts on no terminal and no log. */
export interface HarmlessLines {
  readonly take: (bytes: Buffer) => void;
  /** Gives out the last line, when no line end stands behind it. */
  readonly end: () => void;
}

/** So much of a line is waited for: what comes in pieces is judged in pieces. */
const longestLine = 65_536;

/** Opens it. */
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
