import { parseConsoleLine } from './console-line.ts';

/**
 * Gives the files that btrfs names in the kernel log because a block of theirs was damaged, each once, in the order of the log, as paths
 * below the mount point. Sources: scrub_print_warning_inode() in fs/btrfs/scrub.c. The log is incomplete: the kernel names at most ten of
 * them in five seconds.
 */
export function findDamagedFiles(lines: Iterable<string>): readonly string[] {
  const paths = new Set<string>();
  for (const line of lines) {
    const { text } = parseConsoleLine(line);
    const path = /^BTRFS warning \(device \S+\): (?:scrub: )?(?:checksum|i\/o) error at logical \d+ on dev .*\(path: (.*)\)$/u.exec(
      text,
    )?.[1];
    if (path !== undefined) paths.add(path);
  }
  return [...paths];
}
