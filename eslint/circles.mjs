import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import typescript from 'typescript';

/** @type {Map<string, readonly string[]>} the files that a file of this tree names, by its path, as it was read last */
const known = new Map();

/**
 * @param {string} file its absolute path
 * @param {string} text what is in it
 * @returns {readonly string[]} the files beside which it cannot be understood: imports and exports, of types too, and `import('…')`
 */
function readImports(file, text) {
  const named = typescript.preProcessFile(text, true, true).importedFiles.map((each) => each.fileName);
  const files = named.filter((name) => name.startsWith('.')).map((name) => path.resolve(path.dirname(file), name));
  known.set(file, files);
  return files;
}

/** @param {string} file its absolute path */
function importsOf(file) {
  return known.get(file) ?? (existsSync(file) ? readImports(file, readFileSync(file, 'utf8')) : []);
}

/**
 * @param {string} file its absolute path
 * @returns {readonly string[] | undefined} the shortest way from a file back to it, by imports: the files after it, itself the last
 */
function wayBack(file) {
  /** @type {Map<string, string>} */
  const cameFrom = new Map();
  const open = [file];
  for (let here = open.shift(); here !== undefined; here = open.shift()) {
    for (const next of importsOf(here)) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, here);
      if (next !== file) open.push(next);
      else {
        const way = [file];
        for (let step = here; step !== file; step = cameFrom.get(step) ?? file) way.unshift(step);
        return way;
      }
    }
  }
  return undefined;
}

/**
 * An ESLint rule: no file comes back to itself by its imports. Types count: who reads a file of a circle has to read all of it.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const circles = {
  meta: {
    type: 'problem',
    docs: { description: 'keep imports free of circles, those of types too' },
    schema: [],
    messages: { circle: 'This file imports itself: {{way}}. What both need belongs in a file that imports neither.' },
  },
  create: (context) => ({
    Program: (node) => {
      readImports(context.filename, context.sourceCode.text);
      const way = wayBack(context.filename);
      if (way === undefined) return;
      const shown = way.map((file) => path.relative(context.cwd, file)).join(' → ');
      context.report({ node, messageId: 'circle', data: { way: shown } });
    },
  }),
};
