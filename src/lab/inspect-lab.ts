import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { RaidlabError } from '../core/failure/failure.ts';
import { describeCondition, judgeLab } from '../core/lab/lab-condition.ts';
import type { KeeperFate, LabCondition } from '../core/lab/lab-condition.ts';
import type { LabState } from '../core/lab/lab-state.ts';
import { consoleLogFile } from '../machine/qemu/qemu-command.ts';
import { findKeeper } from './keeper/keeper-record.ts';
import type { FoundKeeper, KeeperRecord } from './keeper/keeper-record.ts';
import type { LabPlace } from './place/lab-place.ts';
import { readLabState } from './place/state-file.ts';

/** A lab in its current condition. */
export interface InspectedLab {
  readonly place: LabPlace;
  readonly state: LabState;
  readonly condition: LabCondition;
  readonly found: FoundKeeper;
}

/** Determines a lab's condition without asking its keeper. Rejects with `lab/state-damaged`, `lab/state-newer` and `lab/no-lab`. */
export async function inspectLab(place: LabPlace): Promise<InspectedLab> {
  // In this order: a keeper that ends meanwhile writes the state before it goes.
  const found = await findKeeper(place);
  const state = await readLabState(place);
  const condition = judgeLab(state.life, fateOf(found));
  if (condition.is !== 'died' || condition.lastConsoleLines.length > 0) return { place, state, condition, found };
  return { place, state, condition: { ...condition, lastConsoleLines: await lastConsoleLines(place) }, found };
}

/** Gives the keeper of a lab that is on; rejects with `lab/not-on`, which says why it is not. */
export async function requireKeeper(place: LabPlace): Promise<{ readonly lab: InspectedLab; readonly keeper: KeeperRecord }> {
  const lab = await inspectLab(place);
  if (lab.condition.is === 'on' && lab.found.is !== 'none') return { lab, keeper: lab.found.keeper };
  const lines = lab.condition.is === 'died' ? lab.condition.lastConsoleLines : [];
  throw new RaidlabError({
    area: 'lab',
    reason: 'not-on',
    lab: place.name,
    how: describeCondition(lab.condition),
    lastConsoleLines: lines,
  });
}

function fateOf(found: FoundKeeper): KeeperFate {
  return found.is === 'dead' && found.hostRestarted ? 'dead-host-restarted' : found.is;
}

const shownLines = 20;
const readBytes = 16 * 1024;

/** Gives the last lines of a lab's console, from its log: a killed keeper leaves no other record. */
async function lastConsoleLines(place: LabPlace): Promise<readonly string[]> {
  try {
    await using file = await open(join(place.logsHostPath, consoleLogFile));
    const { size } = await file.stat();
    const length = Math.min(size, readBytes);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('utf8').split(/\r?\n/u);
    return lines.filter((line) => line.trim() !== '').slice(-shownLines);
  } catch {
    return [];
  }
}
