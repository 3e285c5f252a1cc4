import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { circles } from './circles.mjs';

RuleTester.describe = describe;
RuleTester.it = it;

const folder = mkdtempSync(path.join(tmpdir(), 'raidlab-circles-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** @type {Readonly<Record<string, string>>} */
const files = {
  'end.ts': "import fs from 'node:fs'; export const end = fs;",
  'value.ts': "import { x } from './value-too.ts'; export const y = x;",
  'value-too.ts': "import { y } from './value.ts'; export const x = y;",
  'type.ts': "import { far } from './far.ts'; export interface Near { readonly far: typeof far }",
  'far.ts': "export { further as far } from './further.ts';",
  'further.ts': "export const further = null as unknown as import('./type.ts').Near;",
  'late.ts': "export const late = async () => import('./late.ts');",
  'beside.ts': "import type { Near } from './type.ts'; import { end } from './end.ts'; import gone from './gone.ts';",
  'said.ts': "// import { said } from './said.ts';\nexport const said = \"import('./said.ts')\";",
};
for (const [name, code] of Object.entries(files)) writeFileSync(path.join(folder, name), code);

/** @param {string} name of one of the files */
const inFile = (name) => ({ name, filename: path.join(folder, name), code: files[name] ?? '' });

/** @param {string} name of one of the files @param {readonly string[]} way as it is reported */
const inCircle = (name, way) => ({
  ...inFile(name),
  errors: [{ messageId: 'circle', data: { way: way.map((each) => path.relative(process.cwd(), path.join(folder, each))).join(' → ') } }],
});

new RuleTester({ languageOptions: { parser: tseslint.parser } }).run('circles of files', circles, {
  valid: ['end.ts', 'beside.ts', 'said.ts'].map(inFile),
  invalid: [
    inCircle('value.ts', ['value-too.ts', 'value.ts']),
    inCircle('value-too.ts', ['value.ts', 'value-too.ts']),
    inCircle('type.ts', ['far.ts', 'further.ts', 'type.ts']),
    inCircle('further.ts', ['type.ts', 'far.ts', 'further.ts']),
    inCircle('late.ts', ['late.ts']),
  ],
});
