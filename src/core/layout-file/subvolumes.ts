import type { SubvolumeWish } from '../layout/layout-wishes.ts';
import { list, readFields, wrong } from './kind.ts';
import type { Kind } from './kind.ts';
import { mountOption, mountPoint, onePart } from './words.ts';

const fields = {
  name: onePart,
  mountPoint,
  options: list(mountOption, 'a list of options, such as [noatime, compress=zstd:3]'),
} as const;

const expected = 'a name such as @data, or fields: name, and if wanted mountPoint and options';

/** A subvolume: its name, or more of it. */
const subvolume: Kind<SubvolumeWish> = {
  expected,
  schema: {
    oneOf: [
      onePart.schema,
      {
        type: 'object',
        required: ['name'],
        additionalProperties: false,
        properties: Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
      },
    ],
  },
  read: (node, subject) => {
    if (node.is !== 'map') {
      const reading = onePart.read(node, subject);
      return reading.is === 'read'
        ? { is: 'read', value: { name: reading.value } }
        : wrong(node, { subject, expected, remedy: 'Write ["@data"].' });
    }
    const { values, mistakes } = readFields(node, fields, subject);
    if (mistakes.length > 0) return { is: 'wrong', mistakes };
    if (values.name === undefined) return wrong(node, { subject, expected, remedy: 'Say its name.' });
    return { is: 'read', value: values as unknown as SubvolumeWish };
  },
};

/** Subvolumes, by name or with more fields. */
export const subvolumes: Kind<readonly SubvolumeWish[]> = list(subvolume, 'a list of subvolumes, such as ["@data", "@snapshots"]');
