import { readFields } from '../../layout-file/kind.ts';
import type { JsonSchema } from '../../layout-file/kind.ts';
import { describeNode } from '../../layout-file/located-node.ts';
import type { LocatedMistake, LocatedNode } from '../../layout-file/located-node.ts';
import type { Matrix } from './matrix.ts';
import { matrixFieldNames, matrixFields } from './matrix-fields.ts';

/** What a matrix document says, or all that is wrong with it, in the order of the text. */
export type ReadMatrix =
  { readonly is: 'matrix'; readonly wishes: Partial<Matrix> } | { readonly is: 'wrong'; readonly mistakes: readonly LocatedMistake[] };

const kinds = Object.fromEntries(Object.entries(matrixFields).map(([name, { kind }]) => [name, kind]));

/** Reads a matrix from a document. A list without items is a mistake: nothing would be run, and nobody means that. */
export function readMatrix(root: LocatedNode): ReadMatrix {
  if (root.is !== 'map') {
    const isEmpty = root.is === 'scalar' && root.value === null;
    const problem = isEmpty ? 'this says nothing' : `this is ${describeNode(root)}, but a matrix has fields with values, one per line`;
    const remedy = 'Write `kernels: [bookworm, trixie]`, for example. docs/matrix.md lists the fields.';
    return { is: 'wrong', mistakes: [{ span: root.span, problem, remedy }] };
  }
  const { values, places, mistakes } = readFields(root, kinds);
  const empty = Object.entries(places).flatMap(([name, { span, ...node }]): readonly LocatedMistake[] =>
    node.is === 'list' && node.items.length === 0
      ? [{ span, problem: `${name} is an empty list`, remedy: 'Remove it, or write what is to be run.' }]
      : [],
  );
  const all = [...mistakes, ...empty];
  return all.length === 0 ? { is: 'matrix', wishes: values } : { is: 'wrong', mistakes: all };
}

/** Gives the JSON Schema of matrix files, for editors: docs/matrix.schema.json. */
export function matrixSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A raidlab matrix',
    description: 'What `raidlab matrix FILE` runs: drills on kernels, with tools, on layouts, with seeds, so many times.',
    type: 'object',
    minProperties: 1,
    additionalProperties: false,
    properties: Object.fromEntries(
      matrixFieldNames.map((name) => {
        const { what, kind, standard } = matrixFields[name];
        const schema = kind.schema.type === 'array' ? { ...kind.schema, minItems: 1 } : kind.schema;
        return [name, { description: `${what} Unless given: ${standard}.`, ...schema }];
      }),
    ),
  };
}
