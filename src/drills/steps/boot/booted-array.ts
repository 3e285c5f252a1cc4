import { judgeFiles } from '../../../core/proof/judge-files.ts';
import { verifyFiles } from '../../../storage/verify-files.ts';
import type { DrillRun } from '../../drill-run.ts';
import { survivorOf } from '../disks-of.ts';

/** Judges the files of the mounted array. */
export async function judgeFilesOnArray(run: DrillRun): Promise<void> {
  const { mappingGuestDevice } = survivorOf(run.array);
  run.judge(judgeFiles(await verifyFiles(run.ctx, run.guest, run.promised, mappingGuestDevice)));
}
