/**
 * Makes a suite of recordings out of what record-in-guest.sh left: `node index-recordings.mjs FOLDER SUITE-FOLDER`.
 *
 * Writes every stdout byte for byte to CASE.txt, and index.json: `{file, argv, exitCode, stderr, toolVersion}`.
 */
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [recorded, suite] = process.argv.slice(2);
if (recorded === undefined || suite === undefined) throw new Error('Usage: node index-recordings.mjs FOLDER SUITE-FOLDER');

/** @param {string} file */
const text = (file) => readFileSync(path.join(recorded, file), 'utf8');
/** @param {string} file */
const firstLine = (file) => (text(file).split('\n')[0] ?? '').trim();

mkdirSync(suite, { recursive: true });
const index = readdirSync(recorded)
  .filter((file) => file.endsWith('.rc'))
  .map((file) => file.slice(0, -'.rc'.length))
  .sort()
  .map((name) => {
    copyFileSync(path.join(recorded, `${name}.stdout`), path.join(suite, `${name}.txt`));
    const argv = text(`${name}.argv`).split('\n').slice(0, -1);
    const toolVersion = firstLine(`${argv[0]}.version`);
    return { file: `${name}.txt`, argv, exitCode: Number(text(`${name}.rc`)), stderr: text(`${name}.stderr`), toolVersion };
  });
writeFileSync(path.join(suite, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
