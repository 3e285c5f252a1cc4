/** A disk by its letter or number: `/dev/sdX`, `/dev/vdX1`, `/dev/nvme0n1`. */
const letter = /\/dev\/(?:(?:sd|vd|hd|xvd)[a-z]{1,2}|nvme\d+n\d+|dm-\d+)(?:p?\d+)?(?![\w-])/gu;

/** How many are listed one by one. */
const mostListed = 5;

/** Says what in a script, and its arguments, depends on the order in which a kernel finds disks; a sentence each. A comment is no command. */
export function warnOfScript(name: string, text: string, args: readonly string[]): readonly string[] {
  const inLines = text
    .split('\n')
    .flatMap((row, index) => lettersIn(row).map((device) => ({ device, where: `${name}:${String(index + 1)}` })));
  const inArgs = args.flatMap((arg) => lettersIn(arg).map((device) => ({ device, where: 'its arguments' })));
  const found = [...inLines, ...inArgs];
  const listed = found.slice(0, mostListed).map(({ device, where }) => `${where} names ${device}`);
  const rest = found.length > mostListed ? [`${String(found.length - mostListed)} more`] : [];
  if (found.length === 0) return [];
  return [`${[...listed, ...rest].join(', ')}: such a name may be another disk after the next boot. Use /dev/disk/by-id/, or a UUID.`];
}

function lettersIn(row: string): readonly string[] {
  return /^\s*#/u.test(row) ? [] : [...row.matchAll(letter)].map(([device]) => device);
}
