import { basename, resolve } from 'node:path';
import type { Matrix } from '../../core/campaign/matrix/matrix.ts';
import { defaultMatrix } from '../../core/campaign/matrix/matrix.ts';
import { readMatrix } from '../../core/campaign/matrix/read-matrix.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { placeInText } from '../../core/layout-file/place-in-text.ts';
import { readNamedFile, UnreadableFile } from '../../machine/files/named-file.ts';

/** A matrix has some twenty lines. */
const mostBytes = 64 * 1024;
const mostMistakes = 20;

/** Gives the matrix of a file and of options, which replace what the file says. Rejects with `usage/no-matrix-file` and `usage/bad-matrix-file`. */
export async function loadMatrix(typed: string | undefined, options: Partial<Matrix>, cwdHostPath: string): Promise<Matrix> {
  const ofFile = typed === undefined ? {} : { name: nameOf(typed), ...(await readFile(typed, cwdHostPath)) };
  return { ...defaultMatrix, ...ofFile, ...options };
}

async function readFile(file: string, cwdHostPath: string): Promise<Partial<Matrix>> {
  const text = await readNamedFile(resolve(cwdHostPath, file), mostBytes).catch((error: unknown) => {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new RaidlabError({ area: 'usage', reason: 'no-matrix-file', file, why: error.why }, { cause: error });
  });
  const { parseYaml } = await import('../options/yaml-document.ts');
  const document = parseYaml(text);
  const read = document.is === 'document' ? readMatrix(document.root) : { is: 'wrong' as const, mistakes: document.mistakes };
  if (read.is === 'matrix') return read.wishes;
  const mistakes = [...read.mistakes]
    .sort((a, b) => a.span.start - b.span.start)
    .slice(0, mostMistakes)
    .map(({ span, problem, remedy }) => ({ ...placeInText(text, span), problem, remedy }));
  throw new RaidlabError({ area: 'usage', reason: 'bad-matrix-file', file, mistakes });
}

function nameOf(file: string): string {
  const name = basename(file)
    .replace(/\.ya?ml$/u, '')
    .replaceAll(/[^A-Za-z0-9._-]/gu, '-')
    .replace(/^[^A-Za-z0-9]+/u, '');
  return name === '' ? defaultMatrix.name : name.slice(0, 64);
}
