import { addToResults, noResults } from '../../core/campaign/archived-result.ts';
import type { ArchivedResult } from '../../core/campaign/archived-result.ts';
import type { BegunRun } from '../../engine/engine.ts';
import type { Presenter } from '../run/presenter.ts';

/** Follows a run of one drill for its result; `begun` is told when there is a folder. */
export function collectResult(begun: (run: BegunRun) => void = () => undefined) {
  let state = noResults;
  const presenter: Presenter = {
    event: (event) => {
      state = addToResults(state, event);
      if (event.type === 'run-started' && event.directory !== null) begun({ run: event.run, directory: event.directory });
    },
    finish: () => undefined,
    end: () => undefined,
  };
  return { presenter, result: (): ArchivedResult | null => state.results[0] ?? null };
}
