/** Routine of apt, dpkg and mmdebstrap, thousands of lines of it: what they do while all is well. */
const routine =
  /^(?:I: |W: skipping |(?:Get|Hit|Ign):\d+ |(?:Reading|Building|Fetched|Selecting|Preparing|Unpacking|Setting up|Processing triggers|\(Reading) ?)/u;

/** What stands for an error wherever it stands, and what apt indents below one. */
const error = /^(?:E: |Err:\d+ |dpkg: error|<E>)|^ {2}\S.*(?:resolv|connect|timed out|404|signature)/iu;

const mostLines = 20;
const mostErrors = 10;

/**
 * Gives what a program said that ended as it should not, as far as it tells why: its last lines that are not routine, and before
 * them errors that it told earlier. Where all is routine, its last lines as they are. Empty when it said nothing.
 */
export function tellingLines(lines: readonly string[]): string {
  const spoken = lines.map((line) => line.trimEnd()).filter((line) => line !== '');
  const telling = spoken.filter((line) => !routine.test(line));
  const last = (telling.length > 0 ? telling : spoken).slice(-mostLines);
  const earlier = telling.slice(0, -mostLines).filter((line) => error.test(line));
  return [...earlier.slice(-mostErrors), ...last].join('\n');
}
