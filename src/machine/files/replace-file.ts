import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a file for its owner alone; concurrent readers see the old text or the new one. On failure only the old one is left. */
export async function replaceFile(hostPath: string, text: string): Promise<void> {
  const newHostPath = `${hostPath}.${String(process.pid)}`;
  try {
    await writeFile(newHostPath, text, { mode: 0o600 });
    await rename(newHostPath, hostPath);
  } catch (error) {
    await rm(newHostPath, { force: true }).catch(() => undefined);
    throw error;
  }
}
