import path from 'node:path';
import { layerTable } from './layer-table.mjs';

/**
 * What this rule reads of an import or export, in ESTree's and typescript-eslint's words.
 *
 * @typedef {import('eslint').Rule.Node & {
 *   readonly source?: { readonly value?: unknown } | null | undefined,
 *   readonly importKind?: string | undefined,
 *   readonly exportKind?: string | undefined,
 * }} ImportingNode
 */

/**
 * The layer that a file of src/ belongs to: the name of its first folder, or undefined for a file outside src/ or directly in it.
 *
 * @param {string} filePath an absolute path
 * @param {string} rootPath the directory that holds src/
 * @returns {string | undefined} the layer's name
 */
function layerOf(filePath, rootPath) {
  const parts = path.relative(path.join(rootPath, 'src'), filePath).split(path.sep);
  return parts[0] === '..' || parts.length < 2 ? undefined : parts[0];
}

/**
 * An ESLint rule: an import goes only where the table of layers says, and a layer without Node imports no package.
 * A test stays in its layer too, but may use the test runner and Node.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const layers = {
  meta: {
    type: 'problem',
    docs: { description: 'keep imports within the table of layers (eslint/layer-table.mjs)' },
    schema: [],
    messages: {
      upward: 'src/{{from}}/ may not import src/{{to}}/ (allowed: {{allowed}}). The table is eslint/layer-table.mjs.',
      typesOnly: 'src/{{from}}/ may import only types of src/{{to}}/: write `import type`.',
      outside: 'src/{{from}}/ may not import {{target}}, which stands outside the layers.',
      impure: 'src/{{from}}/ is pure: it may not import {{target}}.',
      unknownLayer: 'src/{{from}}/ is not in the table of layers (eslint/layer-table.mjs).',
    },
  },
  create(context) {
    const from = layerOf(context.filename, context.cwd);
    if (from === undefined) return {};
    const layer = layerTable[from];
    const isTest = context.filename.endsWith('.test.ts');

    /**
     * @param {import('eslint').Rule.Node} node where the import stands
     * @param {unknown} target what it names
     * @param {boolean} typesOnly whether only types are imported
     */
    function judge(node, target, typesOnly) {
      if (typeof target !== 'string' || from === undefined) return;
      if (layer === undefined) {
        context.report({ node, messageId: 'unknownLayer', data: { from } });
        return;
      }
      if (!target.startsWith('.')) {
        const isAllowed = layer.node || isTest || layer.packages?.includes(target) === true;
        if (!isAllowed) context.report({ node, messageId: 'impure', data: { from, target } });
        return;
      }
      const to = layerOf(path.resolve(path.dirname(context.filename), target), context.cwd);
      if (to === from) return;
      if (to === undefined) {
        context.report({ node, messageId: 'outside', data: { from, target } });
        return;
      }
      const allowed = layer.imports[to];
      if (allowed === undefined) {
        const names = Object.keys(layer.imports).join(', ') || 'nothing';
        context.report({ node, messageId: 'upward', data: { from, to, allowed: names } });
      } else if (allowed === 'types' && !typesOnly) {
        context.report({ node, messageId: 'typesOnly', data: { from, to } });
      }
    }

    /** @param {ImportingNode} node an import or export declaration, or an import expression */
    function judgeImport(node) {
      judge(node, node.source?.value, (node.importKind ?? node.exportKind) === 'type');
    }

    return {
      ImportDeclaration: judgeImport,
      ExportNamedDeclaration: judgeImport,
      ExportAllDeclaration: judgeImport,
      ImportExpression: judgeImport,
      /** @param {ImportingNode} node the `import('…')` of a type */
      TSImportType: (node) => {
        judge(node, node.source?.value, true);
      },
    };
  },
};
