import path from 'node:path';
import { describe, it } from 'node:test';
import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { layers } from './layers.mjs';

RuleTester.describe = describe;
RuleTester.it = it;

const root = path.resolve(import.meta.dirname, '..');

/**
 * @param {string} file a path below the repository
 * @param {string} code what it holds
 */
function inFile(file, code) {
  return { name: `${file}: ${code}`, filename: path.join(root, file), code };
}

new RuleTester({ languageOptions: { parser: tseslint.parser } }).run('the table of layers', layers, {
  valid: [
    inFile('src/core/btrfs/scrub-status.ts', "import { unknownOutput } from '../unknown-output.ts';"),
    inFile('src/core/plan.test.ts', "import test from 'node:test';"),
    inFile('src/machine/qemu.ts', "import { x } from '../core/failure.ts'; import fs from 'node:fs'; import { execa } from 'execa';"),
    inFile('src/cli/main.ts', "import { x } from '../lab/lab.ts';"),
    inFile('src/index.ts', "export { x } from './cli/main.ts';"),
    inFile('test/replace.test.ts', "import { x } from '../src/cli/main.ts';"),
    inFile('src/storage/mount.ts', "import type { Guest } from '../machine/guest.ts';"),
  ],
  invalid: [
    { ...inFile('src/core/plan.ts', "import { x } from '../machine/qemu.ts';"), errors: [{ messageId: 'upward' }] },
    { ...inFile('src/core/plan.ts', "import type { X } from '../machine/qemu.ts';"), errors: [{ messageId: 'upward' }] },
    { ...inFile('src/core/plan.ts', "type X = import('../machine/qemu.ts').X;"), errors: [{ messageId: 'upward' }] },
    { ...inFile('src/core/plan.test.ts', "import { x } from '../machine/qemu.ts';"), errors: [{ messageId: 'upward' }] },
    { ...inFile('src/core/plan.ts', "export * from '../machine/qemu.ts';"), errors: [{ messageId: 'upward' }] },
    { ...inFile('src/report/html.ts', "import * as v from 'valibot';"), errors: [{ messageId: 'impure' }] },
    { ...inFile('src/core/plan.ts', "import fs from 'node:fs';"), errors: [{ messageId: 'impure' }] },
    { ...inFile('src/report/html.ts', "import { execa } from 'execa';"), errors: [{ messageId: 'impure' }] },
    { ...inFile('src/machine/qemu.ts', "await import('../storage/mount.ts');"), errors: [{ messageId: 'upward' }] },
    { ...inFile('src/machine/qemu.ts', "import { x } from '../index.ts';"), errors: [{ messageId: 'outside' }] },
    { ...inFile('src/helpers/x.ts', "import { x } from '../core/x.ts';"), errors: [{ messageId: 'unknownLayer' }] },
  ],
});
