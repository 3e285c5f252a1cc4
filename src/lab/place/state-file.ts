import { readFile } from 'node:fs/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import { formatLabState, labStateVersion, parseLabState } from '../../core/lab/lab-state.ts';
import type { LabState } from '../../core/lab/lab-state.ts';
import { fileFailure, hasErrorCode } from '../../machine/cache/file-failure.ts';
import { replaceFile } from '../../machine/files/replace-file.ts';
import type { LabPlace } from './lab-place.ts';

/** Reads a lab's state. Rejects with `lab/state-damaged`, `lab/state-newer`, and `lab/no-lab` when there is no such file. */
export async function readLabState(place: LabPlace): Promise<LabState> {
  const { stateHostPath: hostPath, name: lab } = place;
  let text: string;
  try {
    text = await readFile(hostPath, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) throw new RaidlabError({ area: 'lab', reason: 'no-lab', lab, hostPath: place.hostPath, known: [] });
    throw new RaidlabError({ area: 'lab', reason: 'state-damaged', hostPath, why: (error as Error).message }, { cause: error });
  }
  const read = parseLabState(text);
  switch (read.is) {
    case 'lab':
      return read.state;
    case 'newer':
      throw new RaidlabError({ area: 'lab', reason: 'state-newer', hostPath, version: read.version, known: labStateVersion });
    case 'damaged':
      throw new RaidlabError({ area: 'lab', reason: 'state-damaged', hostPath, why: read.why });
  }
}

/** Writes a lab's state; concurrent readers see the old state or the new one. Rejects with `host/disk-full` or `host/not-writable`. */
export async function writeLabState(place: LabPlace, state: LabState): Promise<void> {
  try {
    await replaceFile(place.stateHostPath, formatLabState(state));
  } catch (error) {
    throw fileFailure(error, { hostPath: place.hostPath, holds: `the lab ${place.name}`, doing: 'writing its state' });
  }
}
