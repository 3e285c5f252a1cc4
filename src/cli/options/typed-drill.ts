import { resolve } from 'node:path';
import type { Drill } from '../../drills/drill.ts';

/** Tells whether a word names a drill's file, not a drill: it contains a slash or ends like a script. */
export function isDrillFile(word: string): boolean {
  return word.includes('/') || /\.(?:ts|mts|js|mjs)$/u.test(word);
}

/** Gives the drill in the file or of the name that was typed; throws as `loadDrill` and `findDrill` do. */
export async function loadTypedDrill(word: string, cwdHostPath: string): Promise<Drill> {
  if (!isDrillFile(word)) return (await import('../../drills/registry.ts')).findDrill(word);
  const { loadDrill } = await import('../../drills/own/load-drill.ts');
  return loadDrill({ hostPath: resolve(cwdHostPath, word), typed: word, cwdHostPath });
}
