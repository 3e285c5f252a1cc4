// What tests of advice came to: docs/advice-verdicts.json, and of drills and twins also bench/catalogue-results.ndjson.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describeLayout } from '../src/core/layout/layout.ts';
import { findDrill } from '../src/drills/registry.ts';
import { readCatalogue } from './catalogue-results.mjs';

/** The file of what `npm run docs:advice` recorded. */
export const verdictsHostPath = path.resolve(import.meta.dirname, '../docs/advice-verdicts.json');

/**
 * @typedef {object} AdviceVerdict
 * @property {string} release of the kernel, as `uname -r`
 * @property {string} verdict
 * @property {readonly string[]} broken the checks that were
 *
 * @typedef {Readonly<Record<string, Readonly<Record<string, AdviceVerdict>>>>} AdviceVerdicts by suite of the kernel, then by test
 */

/**
 * Reads what was recorded.
 *
 * @returns {AdviceVerdicts} nothing where there is no file
 */
export function readVerdicts() {
  // Written by record-advice.mjs.
  return existsSync(verdictsHostPath) ? /** @type {AdviceVerdicts} */ (JSON.parse(readFileSync(verdictsHostPath, 'utf8'))) : {};
}

/**
 * Finds what the catalogue last came to for a drill or twin on its own layout.
 *
 * @param {string} kernel its suite
 * @param {import('./advice.mjs').Test} test
 * @returns {AdviceVerdict | undefined} of the latest run that was judged
 */
export function verdictOfCatalogue(kernel, test) {
  if ('script' in test) return undefined;
  const isTwin = 'twin' in test;
  const name = isTwin ? test.twin : test.drill;
  const layout = describeLayout(findDrill(name).layout);
  const run = readCatalogue().findLast(
    (each) => each.drill === name && each.isTwin === isTwin && each.kernel === kernel && each.layout === layout && each.verdict !== null,
  );
  if (run === undefined || run.verdict === null || run.release === null) return undefined;
  return { release: run.release, verdict: run.verdict, broken: run.brokenChecks };
}
