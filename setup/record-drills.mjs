// `npm run docs:record -- RUN_DIR…`: keeps how drills and their twins went, from runs, for docs/drills/: docs/drills/recordings/NAME.json.
//
//   raidlab-results/RUN/events.ndjson ──► a recording for each drill or twin of it that came out as it must ──► `npm run docs`
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import { describeLayout } from '../src/core/layout/layout.ts';
import { drills } from '../src/drills/registry.ts';
import { twinOf } from '../src/drills/twin.ts';
import { recordJob } from '../src/report/pages/recording.ts';
import { addToResult, emptyResult } from '../src/report/drill/result.ts';
import { isSuccess, wordOfOutcome } from '../src/report/drill/outcome-word.ts';
import { readRecordings, recordingHostPath } from './recordings.mjs';

/**
 * Says why a job is not one to show; undefined when it is.
 *
 * @param {import('../src/report/drill/drill-outcome.ts').DrillOutcome} outcome of a run
 * @param {import('../src/drills/drill.ts').Drill | undefined} drill of that name
 */
function whyNot(outcome, drill) {
  if (drill === undefined) return 'there is no drill of that name';
  const worse = drill.twin === null ? null : twinOf(drill, drill.twin);
  const layout = outcome.isTwin ? worse?.drill.layout : drill.layout;
  if (layout === undefined || describeLayout(layout) !== outcome.layout) return `it ran on ${outcome.layout}`;
  const leftOut = outcome.isTwin ? (worse?.skippedSteps ?? []) : [];
  if (leftOut.join() !== outcome.skippedSteps.join()) return `steps were left out: ${outcome.skippedSteps.join(', ')}`;
  const word = wordOfOutcome(outcome);
  return isSuccess(word) || (drill.twin === null && outcome.verdict !== null) ? undefined : `it came out as ${word}`;
}

/**
 * Keeps what a run shows.
 *
 * @param {string} directory of the run
 */
async function record(directory) {
  const text = readFileSync(path.join(directory, 'events.ndjson'), 'utf8');
  const events = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      /** @type {unknown} */
      const event = JSON.parse(line);
      return /** @type {import('../src/core/event.ts').RecordedEvent} */ (event);
    });
  for (const outcome of events.reduce(addToResult, emptyResult).drills) {
    const begun = events.find((event) => event.type === 'drill-started' && event.job === outcome.job);
    const isBootedElsewhere = begun?.type === 'drill-started' && begun.boot !== undefined;
    const drill = drills.find(({ name }) => name === outcome.drill);
    const why = isBootedElsewhere ? 'an installed system did the reboot of its proof' : whyNot(outcome, drill);
    const recording = recordJob(events, outcome.job);
    if (why !== undefined || recording === null) {
      console.log(`${outcome.job}: not kept: ${why ?? 'it has no verdict'}`);
      continue;
    }
    const kept = { ...readRecordings(outcome.drill), [outcome.isTwin ? 'twin' : 'drill']: recording };
    const hostPath = recordingHostPath(outcome.drill);
    mkdirSync(path.dirname(hostPath), { recursive: true });
    writeFileSync(hostPath, await prettier.format(JSON.stringify(kept), { ...(await prettier.resolveConfig(hostPath)), parser: 'json' }));
    console.log(`${outcome.job}: kept in ${path.relative(process.cwd(), hostPath)}`);
  }
}

const directories = process.argv.slice(2);
if (directories.length === 0) {
  console.error('usage: npm run docs:record -- RUN_DIR…   (raidlab-results/latest, or any directory of a run)');
  process.exitCode = 64;
}
for (const directory of directories) await record(directory);
