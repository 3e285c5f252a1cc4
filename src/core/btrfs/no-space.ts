/**
 * Explains "No space left on device" where a btrfs command said it, and says what frees space; no lines otherwise. The tool does not say
 * which device was full.
 */
export function explainNoSpace(argv: readonly string[], said: string): readonly string[] {
  if (argv[0] !== 'btrfs' || !said.includes('No space left on device')) return [];
  const path = argv.findLast((word) => word.startsWith('/')) ?? 'the filesystem';
  const target = argv[1] === 'replace' ? argv.find((word) => word.startsWith('/dev/')) : undefined;
  const meanwhile = target === undefined ? '' : `, so that ${target} could take over`;
  return [
    `This means that no chunk could be allocated on the devices of ${path}${meanwhile}: they are full of chunks, even if the chunks are nearly empty.`,
    `\`btrfs filesystem usage ${path}\` shows which device has nothing unallocated. \`btrfs balance start -dusage=50 ${path}\` frees half-empty chunks; a larger lab (\`raidlab up --disk-size 4GiB\`) has more room.`,
  ];
}
