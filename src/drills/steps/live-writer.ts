import type { DrillRun } from '../drill-run.ts';

/** The records that the live writer must have on the array before the story continues: proof that it works. */
export const recordsAtWork = 5;

/** Starts the live writer on a new segment, and waits until it works: the array is in service. */
export async function startWriting(run: DrillRun): Promise<void> {
  await run.startJournal();
  await run.waitForJournal(recordsAtWork);
}
