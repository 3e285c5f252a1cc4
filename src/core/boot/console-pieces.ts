/**
 * A console as text that is written over: what waits is told again and again on the same line, and what is asked has no line end. So a
 * console is read in pieces that end with a carriage return or a newline, and the rest is what stands on its last line now.
 */

/** Where the reading stands. */
export interface ConsolePieces {
  /** What was said since the last piece ended, at most {@link longestPiece} characters. */
  readonly rest: string;
}

/** Longer than anything that a boot says on a line; a flood without line ends is cut into pieces of this length. */
export const longestPiece = 4096;

/** Before anything was said. */
export const noPieces: ConsolePieces = { rest: '' };

/** Gives the pieces that end in `text`, without their ends and without empty ones, and what is left. */
export function splitPieces({ rest }: ConsolePieces, text: string): { readonly state: ConsolePieces; readonly pieces: readonly string[] } {
  const parts = `${rest}${text}`.split(/[\r\n]/u).flatMap(cutLong);
  const last = parts.pop() ?? '';
  return { state: { rest: last }, pieces: parts.filter((piece) => piece !== '') };
}

function cutLong(part: string): readonly string[] {
  if (part.length <= longestPiece) return [part];
  return [part.slice(0, longestPiece), ...cutLong(part.slice(longestPiece))];
}

// ECMA-48: control sequences, as `ESC [ 0 ; 1 ; 3 9 m`, commands to the terminal, as `ESC ] 1 0 4 BEL`, and the two-byte ones that
// terminals know. systemd, which cuts the middle out of what is longer than a line, may cut it out of a sequence, too.

const controls =
  /\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)|\u001B\[[0-?]*(?:[ -/]*[@-~]|(?=…))|(?<=…)[0-9;]+m(?= )|\u001B[()*+][0-9A-Z]|\u001B[ -/]*[0-~]|[\u0000-\u0008\u000B-\u001F\u007F]/gu;

/** Gives a piece without colours and other controls. */
export function plainPiece(piece: string): string {
  return piece.replace(controls, '');
}
