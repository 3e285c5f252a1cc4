import { typedWords } from '../text/typed-words.ts';

/** Gives the command line of a whole run from that of one of its shards: without `--shard`, and without the bundle of that shard. */
export function wholeCommand(typed: string): string {
  const { words, options } = typedWords(typed);
  const kept: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const [word = '', next = ''] = words.slice(index, index + 2);
    const isApart = index < options && (word === '--shard' || (word === '--reporter' && /^'?bundle=/u.test(next)));
    if (isApart) index += 1;
    else if (index >= options || !/^'?--(?:shard=|reporter='?bundle=)/u.test(word)) kept.push(word);
  }
  return kept.join(' ');
}
