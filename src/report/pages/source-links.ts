/** Sources that a reader can open: their pattern, and their address. The first match at a place wins. */
const places: readonly (readonly [pattern: RegExp, url: (match: RegExpExecArray) => string])[] = [
  [/https:\/\/[^\s)]*[^\s).,:;]/u, ([url]) => url],
  [/([a-zA-Z][\w.-]*)\(([1-8])\)/u, ([, name, section]) => `https://manpages.debian.org/trixie/${String(name)}.${String(section)}`],
  [/fs\/[\w/.-]+\.c/u, ([file]) => `https://github.com/torvalds/linux/blob/v6.12/${file}`],
  [/Documentation\/([\w/.-]+)\.rst/u, ([, file]) => `https://docs.kernel.org/${String(file)}.html`],
  [/docs\/(\w+\.md)/u, ([, file]) => `../${String(file)}`],
  [/test\/recorded\/[\w/.-]+/u, ([file]) => `../../${file}`],
  [/fstests (btrfs\/\d+)/u, ([, name]) => `https://git.kernel.org/pub/scm/fs/xfs/xfstests-dev.git/tree/tests/${String(name)}`],
  [/btrfs-progs issue (\d+)/u, ([, number]) => `https://github.com/kdave/btrfs-progs/issues/${String(number)}`],
  [/kernel commit ([0-9a-f]{12})/u, ([, hash]) => `https://git.kernel.org/linus/${String(hash)}`],
  [
    /kernel commit "([^"]+)"/u,
    ([, title]) =>
      `https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/log/?qt=grep&q=${encodeURIComponent(String(title)).replaceAll('%20', '+')}`,
  ],
  [
    /kernel patch "([^"]+)"/u,
    ([, title]) => `https://lore.kernel.org/linux-btrfs/?q=${encodeURIComponent(`s:"${String(title)}"`).replaceAll('%20', '+')}`,
  ],
  [/btrfs wiki, Gotchas/u, () => 'https://archive.kernel.org/oldwiki/btrfs.wiki.kernel.org/index.php/Gotchas.html'],
  [/LUKS2 On-Disk Format Specification/u, () => 'https://gitlab.com/cryptsetup/LUKS2-docs'],
];

/** Formats a source as Markdown in which everything that can be opened is a link: manual pages, commits, issues, files. */
export function linkSources(text: string): string {
  const found = places
    .flatMap(([pattern, url]) => {
      const match = pattern.exec(text);
      return match === null ? [] : [{ index: match.index, words: match[0], url: url(match) }];
    })
    .sort((one, other) => one.index - other.index)[0];
  if (found === undefined) return text;
  const end = found.index + found.words.length;
  const label = found.words.startsWith('https:') ? found.words.replace(/^https:\/\/(?:www\.)?/u, '') : found.words;
  return `${text.slice(0, found.index)}[${label}](${found.url})${linkSources(text.slice(end))}`;
}
