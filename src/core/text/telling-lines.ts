/** Routine output of apt, dpkg and mmdebstrap, thousands of lines while all is well. */
const routine =
  /^(?:I: |W: skipping |(?:Get|Hit|Ign):\d+ |(?:Reading|Building|Fetched|Selecting|Preparing|Unpacking|Setting up|Processing triggers|\(Reading) ?)/u;

/** What marks an error anywhere, and the lines that apt indents below one. */
const error = /^(?:E: |Err:\d+ |dpkg: error|<E>)|^ {2}\S.*(?:resolv|connect|timed out|404|signature)/iu;

const mostLines = 20;
const mostErrors = 10;

/**
 * Gives the lines of a failed program's output that explain the failure: its last lines that are not routine, preceded by earlier errors.
 * If all is routine, its last lines unchanged. Empty when it printed nothing.
 */
export function tellingLines(lines: readonly string[]): string {
  const spoken = lines.map((line) => line.trimEnd()).filter((line) => line !== '');
  const telling = spoken.filter((line) => !routine.test(line));
  const last = (telling.length > 0 ? telling : spoken).slice(-mostLines);
  const earlier = telling.slice(0, -mostLines).filter((line) => error.test(line));
  return [...earlier.slice(-mostErrors), ...last].join('\n');
}
