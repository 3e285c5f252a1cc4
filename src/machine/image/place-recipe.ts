import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readRecipe } from './recipe.ts';

/**
 * Copies a recipe's files below `targetHostPath`, with modes that do not depend on umask or on how raidlab was installed:
 * scripts (and directories) 0755, the rest 0644. A checkout in a private home directory cannot be read by the user
 * namespace in which mmdebstrap works; the copy can.
 */
export async function placeRecipe(rootHostPath: string, targetHostPath: string): Promise<void> {
  await makeDirectory(targetHostPath, targetHostPath);
  for (const { name, text } of await readRecipe(rootHostPath)) {
    const hostPath = path.join(targetHostPath, name);
    await makeDirectory(targetHostPath, path.dirname(hostPath));
    await placeFile(hostPath, text);
  }
}

/** Writes a file that the user namespace in which mmdebstrap works is to read, as {@link placeRecipe} does; `writeFile` alone heeds the umask. */
export async function placeFile(hostPath: string, text: string): Promise<void> {
  await writeFile(hostPath, text);
  await chmod(hostPath, text.startsWith('#!') ? 0o755 : 0o644);
}

async function makeDirectory(rootHostPath: string, hostPath: string): Promise<void> {
  if (hostPath !== rootHostPath) await makeDirectory(rootHostPath, path.dirname(hostPath));
  await mkdir(hostPath, { recursive: true });
  await chmod(hostPath, 0o755);
}
