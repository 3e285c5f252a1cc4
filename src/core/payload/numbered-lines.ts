import type { Command } from '../plan/command.ts';
import { utf8 } from '../bytes/bytes.ts';

/** A file of numbered lines: the guest makes it with one command, and the host knows every byte of it. */
export interface NumberedLines {
  readonly guestPath: string;
  /** The text of each line after its number: letters, commas and spaces. Texts of equal length make files of equal size. */
  readonly text: string;
  readonly lineCount: number;
}

/** Digits of a line's number: all lines have the same length. */
const numberDigits = 9;

/**
 * Gives the command that writes the lines. An existing file is overwritten in place, as a database or a virtual machine writes its image:
 * the shell's `<>` neither truncates nor replaces it. Throws RangeError on a text that seq or a shell would misread.
 */
export function planWriteNumberedLines({ guestPath, text, lineCount }: NumberedLines): Command {
  if (!/^[\w, -]+$/u.test(text) || !/^[\w/.-]+$/u.test(guestPath)) throw new RangeError(`not plain words: ${text}, ${guestPath}`);
  return { argv: ['sh', '-c', `seq --format="%0${String(numberDigits)}.0f ${text}" ${String(lineCount)} 1<> ${guestPath}`] };
}

/** Gives the bytes that such a file holds. */
export function numberedLinesBytes({ text, lineCount }: NumberedLines): Uint8Array {
  const lines = Array.from({ length: lineCount }, (_, index) => `${String(index + 1).padStart(numberDigits, '0')} ${text}\n`);
  return utf8(lines.join(''));
}
