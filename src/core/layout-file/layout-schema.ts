import type { JsonSchema } from './kind.ts';
import { layoutFieldNames, layoutFields } from './layout-fields.ts';

/** Gives the JSON Schema of layout files, for editors: docs/layout.schema.json. Only `raidlab` checks which fields go together. */
export function layoutSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A raidlab layout',
    description: 'The array that `raidlab up --layout FILE` and `raidlab drill --layout FILE` build.',
    type: 'object',
    minProperties: 1,
    additionalProperties: false,
    properties: Object.fromEntries(
      layoutFieldNames.map((name) => {
        const { what, kind, standard } = layoutFields[name];
        return [name, { description: `${what} Unless given: ${standard}.`, ...kind.schema }];
      }),
    ),
  };
}
