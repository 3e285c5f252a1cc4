// What was recorded of drills: docs/drills/recordings/NAME.json.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const directory = path.resolve(import.meta.dirname, '../docs/drills/recordings');

/**
 * Gives where the recordings of a drill are.
 *
 * @param {string} drill its name
 */
export function recordingHostPath(drill) {
  return path.join(directory, `${drill}.json`);
}

/**
 * Reads what was recorded of a drill and its twin; null for what was not.
 *
 * @param {string} drill its name
 * @returns {{ readonly drill: import('../src/report/pages/recording.ts').Recording | null, readonly twin: import('../src/report/pages/recording.ts').Recording | null }} both
 */
export function readRecordings(drill) {
  const hostPath = recordingHostPath(drill);
  const none = { drill: null, twin: null };
  if (!existsSync(hostPath)) return none;
  // Written by record-drills.mjs.
  return { ...none, .../** @type {ReturnType<typeof readRecordings>} */ (JSON.parse(readFileSync(hostPath, 'utf8'))) };
}
