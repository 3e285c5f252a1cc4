/** A line may be megabytes long, and its beginning says enough. */
const shownChars = 400;

/**
 * A tool printed something that its parser does not know.
 *
 * A verifier that skips what it does not understand reports "healthy" by accident,
 * so every parser stops here instead.
 */
export class UnknownOutput extends Error {
  override readonly name = 'UnknownOutput';
  /** The subcommand with this output, as typed: `btrfs device stats`. */
  readonly tool: string;
  /** The unknown line, or the last line read when the output ended too early. */
  readonly line: string;
  /** 1-based number of that line; 0 when the output was empty. */
  readonly lineNumber: number;

  /**
   * Makes the error; `expected` says in a few words what the parser was looking for.
   */
  constructor(tool: string, expected: string, line: string, lineNumber: number) {
    super(`${tool}: line ${String(lineNumber)}: expected ${expected}, found ${JSON.stringify(line.slice(0, shownChars))}`);
    this.tool = tool;
    this.line = line;
    this.lineNumber = lineNumber;
  }
}
