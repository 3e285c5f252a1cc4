import type { MatrixJournal } from '../../archive/matrix-journal.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { count, onlyFields, text, tryJson } from '../../core/parsing/json-shape.ts';
import { isProcessAlive, readProcessIdentity } from '../../machine/process/process-identity.ts';

const identityShape = onlyFields({ pid: count(1), startTime: text, bootId: text });

/** A matrix that nobody else runs. */
interface OwnedMatrix extends AsyncDisposable {
  readonly journal: MatrixJournal;
}

/** Makes this process the one that runs a matrix, until disposed. Rejects with `host/matrix-busy` while another one does; one that was killed does not. */
export async function ownMatrix(matrix: string, journal: MatrixJournal): Promise<OwnedMatrix> {
  const own = JSON.stringify(await readProcessIdentity(process.pid));
  for (;;) {
    const seen = journal.owner();
    const other = seen === null ? undefined : tryJson(identityShape, seen);
    if (other !== undefined && (await isProcessAlive(other)))
      throw new RaidlabError({ area: 'host', reason: 'matrix-busy', matrix, pid: other.pid });
    // Somebody else may have become its owner while we looked.
    if (!journal.own(own, seen)) continue;
    return {
      journal,
      [Symbol.asyncDispose]: () => {
        journal.release(own);
        return Promise.resolve();
      },
    };
  }
}
