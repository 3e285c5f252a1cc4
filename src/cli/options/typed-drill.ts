import { resolve } from 'node:path';
import type { Drill } from '../../drills/drill.ts';

/** Tells whether a word names a drill's file and not a drill: it has a slash in it, or a script's ending. */
export function isDrillFile(word: string): boolean {
  return word.includes('/') || /\.(?:ts|mts|js|mjs)$/u.test(word);
}

/** Gives the drill in a file that was typed, or the drill of that name; throws as `loadDrill` and `findDrill` do. */
export async function loadTypedDrill(word: string, cwdHostPath: string): Promise<Drill> {
  if (!isDrillFile(word)) return (await import('../../drills/registry.ts')).findDrill(word);
  const { loadDrill } = await import('../../drills/own/load-drill.ts');
  return loadDrill({ hostPath: resolve(cwdHostPath, word), typed: word, cwdHostPath });
}
