import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';

const hostPath = path.resolve(import.meta.dirname, '..', 'docs/measurements.md');

/** Writes what a bench measured into docs/measurements.md, between its markers; where there are none yet, at the end, under a heading. */
export async function writeTables(madeBy: string, heading: string, tables: string): Promise<void> {
  const text = readFileSync(hostPath, 'utf8');
  const [begin, end] = ['begin', 'end'].map((word) => `<!-- Made by \`npm run ${madeBy}\`: ${word} -->`) as [string, string];
  const made = `${begin}\n\n${tables}\n\n${end}`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  const changed =
    from === -1 || to === -1
      ? `${text.trimEnd()}\n\n## ${heading}\n\n${made}\n`
      : `${text.slice(0, from)}${made}${text.slice(to + end.length)}`;
  writeFileSync(hostPath, await prettier.format(changed, { ...(await prettier.resolveConfig(hostPath)), filepath: hostPath }));
  console.log(`tables: ${path.relative(process.cwd(), hostPath)}`);
}
