import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readRecipe } from './recipe.ts';
import type { RecipeFile } from './recipe.ts';

/**
 * Copies a recipe's files below `targetHostPath`, with modes independent of umask and of raidlab's installation: scripts (and
 * directories) 0755, the rest 0644. The user namespace in which mmdebstrap works cannot read a checkout in a private home directory, but
 * it can read the copy.
 */
export async function placeRecipe(rootHostPath: string, targetHostPath: string): Promise<void> {
  await placeFiles(await readRecipe(rootHostPath), targetHostPath);
}

/** Writes files of a recipe below `targetHostPath`, as {@link placeRecipe} does. */
export async function placeFiles(files: readonly RecipeFile[], targetHostPath: string): Promise<void> {
  await makeDirectory(targetHostPath, targetHostPath);
  for (const { name, text } of files) {
    const hostPath = path.join(targetHostPath, name);
    await makeDirectory(targetHostPath, path.dirname(hostPath));
    await placeFile(hostPath, text);
  }
}

/** Writes a file for the user namespace in which mmdebstrap works, with modes as in {@link placeRecipe}; `writeFile` alone obeys the umask. */
export async function placeFile(hostPath: string, text: string): Promise<void> {
  await writeFile(hostPath, text);
  await chmod(hostPath, text.startsWith('#!') ? 0o755 : 0o644);
}

async function makeDirectory(rootHostPath: string, hostPath: string): Promise<void> {
  if (hostPath !== rootHostPath) await makeDirectory(rootHostPath, path.dirname(hostPath));
  await mkdir(hostPath, { recursive: true });
  await chmod(hostPath, 0o755);
}
