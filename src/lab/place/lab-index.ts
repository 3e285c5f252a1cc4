import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fields, text, tryJson } from '../../core/parsing/json-shape.ts';
import { isLabName } from '../../core/lab/lab-name.ts';
import { fileFailure } from '../../machine/cache/file-failure.ts';
import { hashText } from '../../machine/cache/file-hash.ts';
import { namesIn } from '../../machine/cache/names-in.ts';
import { placeAt } from './lab-place.ts';
import type { LabPlace } from './lab-place.ts';

/**
 * Where this user's labs are, so that they can be listed from anywhere: a small file each, named after the lab's directory, in
 * `$XDG_STATE_HOME/raidlab/labs`. It is only a pointer: the lab's own directory has everything else.
 */

const pointerShape = fields({ hostPath: text });

/** Records where a lab is. Rejects with `host/disk-full` or `host/not-writable`. */
export async function registerLab(indexHostPath: string, place: LabPlace): Promise<void> {
  try {
    await mkdir(indexHostPath, { recursive: true, mode: 0o700 });
    await writeFile(await pointerOf(indexHostPath, place.hostPath), `${JSON.stringify({ v: 1, hostPath: place.hostPath })}\n`, {
      mode: 0o600,
    });
  } catch (error) {
    throw fileFailure(error, { hostPath: indexHostPath, holds: 'the list of your labs', doing: 'writing down a lab' });
  }
}

/** Forgets where a lab is. */
export async function forgetLab(indexHostPath: string, place: LabPlace): Promise<void> {
  await rm(await pointerOf(indexHostPath, place.hostPath), { force: true });
}

/** Gives the places of recorded labs, whether they still exist or not, ordered by directory. */
export async function listRegisteredLabs(indexHostPath: string): Promise<readonly LabPlace[]> {
  const places: LabPlace[] = [];
  for (const name of await namesIn(indexHostPath)) {
    // An incomplete pointer points nowhere.
    const hostPath = tryJson(pointerShape, await readFile(join(indexHostPath, name), 'utf8').catch(() => ''))?.hostPath;
    if (hostPath !== undefined && isLabName(basename(hostPath))) places.push(placeAt(hostPath, basename(hostPath)));
  }
  return places.sort((a, b) => (a.hostPath < b.hostPath ? -1 : 1));
}

async function pointerOf(indexHostPath: string, hostPath: string): Promise<string> {
  return join(indexHostPath, `${(await hashText(hostPath)).slice(0, 16)}.json`);
}
