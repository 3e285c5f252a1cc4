// What the matrices of bench/matrices/ came to: bench/catalogue-results.ndjson, which `npm run bench:keep` exports from the archive.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseExport } from '../src/core/campaign/exported-results.ts';

/** Reads the results, the oldest first. */
export function readCatalogue() {
  return parseExport(readFileSync(path.resolve(import.meta.dirname, '../bench/catalogue-results.ndjson'), 'utf8'));
}
