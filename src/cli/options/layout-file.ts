import { resolve } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import type { LocatedMistake } from '../../core/layout-file/located-node.ts';
import { placeInText } from '../../core/layout-file/place-in-text.ts';
import { readLayout } from '../../core/layout-file/read-layout.ts';
import { readNamedFile, UnreadableFile } from '../../machine/files/named-file.ts';

/** A layout has some twenty lines. */
const mostBytes = 64 * 1024;

/** A file that is no layout at all has a mistake in every word. */
const mostMistakes = 20;

/** Tells whether a word names a layout file, not a layout: it contains a slash or ends like YAML. */
export function isLayoutFile(word: string): boolean {
  return word.includes('/') || /\.ya?ml$/u.test(word);
}

/** Gives the layout in a file. Rejects with `usage/no-layout-file`, and with `usage/bad-layout-file` for what is wrong in it. */
export async function loadLayout(typed: string, cwdHostPath: string): Promise<ArrayLayout> {
  const text = await readText(typed, cwdHostPath);
  // Only a file needs the YAML parser.
  const { parseYaml } = await import('./yaml-document.ts');
  const document = parseYaml(text);
  const read = document.is === 'document' ? readLayout(document.root) : { is: 'wrong' as const, mistakes: document.mistakes };
  if (read.is === 'layout') return read.layout;
  const mistakes = [...read.mistakes]
    .sort((a, b) => a.span.start - b.span.start)
    .slice(0, mostMistakes)
    .map((mistake) => placeMistake(text, mistake));
  throw new RaidlabError({ area: 'usage', reason: 'bad-layout-file', file: typed, mistakes });
}

function placeMistake(text: string, { span, problem, remedy }: LocatedMistake) {
  return { ...placeInText(text, span), problem, remedy };
}

async function readText(typed: string, cwdHostPath: string): Promise<string> {
  try {
    return await readNamedFile(resolve(cwdHostPath, typed), mostBytes);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new RaidlabError({ area: 'usage', reason: 'no-layout-file', file: typed, why: error.why }, { cause: error });
  }
}
