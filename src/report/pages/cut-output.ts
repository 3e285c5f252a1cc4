/** The lines of a tool that matter on a page, by its command; of others the first ones. */
const telling: readonly (readonly [command: RegExp, lines: RegExp])[] = [
  [/dump-super/u, /^(?:fsid|generation|num_devices|dev_item\.devid|dev_item\.uuid)\b/u],
  [/filesystem usage/u, /Device (?:unallocated|missing|slack):|Multiple profiles:|^\w+,\w+:/u],
  [/luksDump/u, /^(?:Version|Label|UUID|Keyslots|Data segments):|^ {2}\d+: /u],
  [/^dmesg|journalctl/u, /error|corrupt|unable|fail|warning|csum/iu],
];

/** How many lines of one command are shown. */
const mostLines = 12;

/** Gives the lines of a command's output that matter, and how many are left out. Short output stays complete. */
export function cutOutput(command: string, said: readonly string[]): readonly string[] {
  if (said.length <= mostLines) return said;
  const lines = telling.find(([pattern]) => pattern.test(command))?.[1];
  const kept = lines === undefined ? [] : said.filter((line) => lines.test(line));
  const shown = (kept.length > 0 ? kept : said).slice(0, kept.length > 0 ? mostLines : 5);
  return [...shown, `… ${String(leftOut(said) - shown.length)} more lines`];
}

/** How many lines were printed: a recording may itself be cut, and says so in its last line. */
function leftOut(said: readonly string[]): number {
  const more = /^… (\d+) more lines$/u.exec(said.at(-1) ?? '')?.[1];
  return more === undefined ? said.length : said.length - 1 + Number(more);
}
