import { arrayGuestPath } from '../layout/layout.ts';
import type { SubvolumeWish } from '../layout/layout-wishes.ts';
import { nearestWord } from '../text/nearest-word.ts';
import { list, pattern, wrong } from './kind.ts';
import type { Kind, Reading } from './kind.ts';
import type { LocatedNode } from './located-node.ts';
import { mountOption, onePart } from './words.ts';

/** Where a subvolume may be mounted: on the array's mount point or below it. */
const mountPoint = pattern(
  `${arrayGuestPath}, or a path below it without blanks and quotes`,
  String.raw`^${arrayGuestPath}(?:/(?!\.{1,2}(?:/|$))[^\s/,'"#\\]+)*$`,
  `Write it like ${arrayGuestPath}/.snapshots.`,
);

const fields = {
  name: onePart,
  mountPoint,
  options: list(mountOption, 'a list of options, such as [noatime, compress=zstd:3]'),
} as const;

const fieldNames = Object.keys(fields) as readonly (keyof typeof fields)[];

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
        properties: Object.fromEntries(fieldNames.map((name) => [name, fields[name].schema])),
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
    const wish: Record<string, unknown> = {};
    for (const { key, value } of node.fields) {
      const name = key.is === 'scalar' ? fieldNames.find((each) => each === key.value) : undefined;
      if (name === undefined) return unknownField(key, subject);
      const reading: Reading<unknown> = fields[name].read(value, `${name} of ${subject}`);
      if (reading.is === 'wrong') return reading;
      wish[name] = reading.value;
    }
    if (wish.name === undefined) return wrong(node, { subject, expected, remedy: 'Say its name.' });
    return { is: 'read', value: wish as unknown as SubvolumeWish };
  },
};

function unknownField(key: LocatedNode, subject: string): Reading<never> {
  const typed = key.is === 'scalar' ? String(key.value) : '';
  const nearest = nearestWord(typed, fieldNames);
  const remedy = nearest === undefined ? `The fields are: ${fieldNames.join(', ')}.` : `Did you mean "${nearest}"?`;
  return wrong(key, { subject: `a field of ${subject}`, expected: `one of ${fieldNames.join(', ')}`, remedy });
}

/** Subvolumes, by name or with more fields. */
export const subvolumes: Kind<readonly SubvolumeWish[]> = list(subvolume, 'a list of subvolumes, such as ["@data", "@snapshots"]');
