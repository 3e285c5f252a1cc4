/** What stands for what: `uuid-1` for a UUID. It stays with the person whose host it is. */
export type StandIns = ReadonlyMap<string, string>;

/** Parses the map that `collect.sh FILE` keeps: a line for each stand-in, which ends at the first space. Lines of another form are passed over. */
export function parseStandIns(text: string): StandIns {
  const pairs = text.split('\n').flatMap((line) => {
    const match = /^([a-z]+-[1-9]\d*) (.+)$/u.exec(line);
    return match?.[1] === undefined || match[2] === undefined ? [] : [[match[1], match[2]] as const];
  });
  return new Map(pairs);
}

/** Gives a text with what its stand-ins stand for. A name as mountinfo writes it has its spaces back. */
export function revealNames(text: string, standIns: StandIns): string {
  if (standIns.size === 0) return text;
  return text.replace(/\b[a-z]+-[1-9]\d*\b/gu, (word) => {
    const name = standIns.get(word);
    return name === undefined ? word : unescapeName(name);
  });
}

/** Gives a name as it is; mountinfo and fstab write blanks, line ends and backslashes in octal. Source: proc_pid_mountinfo(5), fstab(5). */
export function unescapeName(name: string): string {
  return name.replace(/\\(040|011|012|134)/gu, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
