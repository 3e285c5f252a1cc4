// The pages about layouts, from the table of their fields: docs/layouts.md, and docs/layout.schema.json for editors.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { layoutFieldNames, layoutFields } from '../src/core/layout-file/layout-fields.ts';
import { layoutSchema } from '../src/core/layout-file/layout-schema.ts';
import { describeLayout } from '../src/core/layout/layout.ts';
import { lossesSurvived } from '../src/core/layout/profile.ts';
import { predictUsableBytes } from '../src/core/layout/usable-space.ts';
import { namedLayouts } from '../src/core/layout/named-layout.ts';
import { formatSize } from '../src/core/text/size.ts';

const example = path.join(import.meta.dirname, '../examples/layout.yaml');

/**
 * Gives the pages by file, each as the parts of a page.
 *
 * @param {string} note that says where a page comes from
 * @returns {Readonly<Record<string, readonly string[]>>} page by file
 */
export function layoutPages(note) {
  return { 'docs/layouts.md': layoutsPage(note), 'docs/layout.schema.json': [JSON.stringify(layoutSchema())] };
}

/** @param {string} note that says where the page comes from */
function layoutsPage(note) {
  const fields = layoutFieldNames.map((name) => {
    const { what, kind, standard } = layoutFields[name];
    return `| \`${name}\` | ${what} | ${kind.expected} | ${standard} |`;
  });
  const named = Object.entries(namedLayouts).map(
    ([name, layout]) =>
      `| \`${name}\` | ${describeLayout(layout)} | ${formatSize(predictUsableBytes(layout))} | ${String(lossesSurvived(layout))} |`,
  );
  return [
    '# Layouts',
    note,
    'A layout is the array that is built: how many disks of which size, spares, profile, encryption. `raidlab up` and `raidlab drill` take one by name, from a file, or by options, and options change what a name or a file says:',
    [
      '```sh',
      'raidlab up --layout raid10                        # one that has a name',
      'raidlab up --layout ./array.yaml                  # one in a file',
      'raidlab up --layout ./array.yaml --spares 2       # the same, with two spares',
      'raidlab up --profile raid1c3 --disks 4 --plan     # by options: how much room, and what would be typed; nothing is built',
      'raidlab drill --layout ./array.yaml               # a drill on it',
      '```',
    ].join('\n'),
    'The room is predicted before anything is built (`up --plan`), and told again when a lab is on: a chunk has its copies on different disks, and what is left over on the largest disk is no room. Data and metadata share it; metadata takes 5 % or so of arrays as small as these. On disks of one size with copies the prediction is what there is. Elsewhere it is the most that there can be: btrfs gives whole chunks, of up to a tenth of the array, and what is left on one disk alone stays unused. Measured: 93 % of it on disks of 1, 1.5 and 2 GiB with raid1, 91 % on three of 512 MiB with raid5, whose metadata is on two of them.',
    '`raid5` and `raid6` are for evaluation and testing: btrfs(5), "RAID56 STATUS AND RECOMMENDED PRACTICES". After a power cut parity and data may not fit each other (the write hole), and a disk that is lost then takes good data with it. `up` and `drill` say so. As that page recommends, metadata and system chunks are `raid1` beside `raid5` and `raid1c3` beside `raid6`, which bear as many losses. Seen in `raidlab drill --profile raid5 --disks 3` on 6.12.118 (one run): broken. While the pulled disk was gone, writes failed with EIO; after replace and balance profiles, scrub and counters were right, and yet without DISK3 20 files were lost, 17 unreadable and 3 with other content than was written.',
    'An array that has been in use for years has more to it, and a drill puts its files into all of it: subvolumes with their own mounts, compression, quotas, a directory without copy on write, a read-only snapshot, reflinked copies. `as-people-have-it` is such a layout; drills that are made for `raid1` run on it.',
    '## Layouts that have names',
    ['| name | array | room, at most | disks that may be lost |', '|---|---|---|---|', ...named].join('\n'),
    'The procedures of drills type cryptsetup: on a layout with `encryption: none` a drill is skipped. A lab can have it.',
    'On virtio-blk and NVMe every disk sits in a slot of PCI Express of its own, which a pulled disk keeps; 16 disks have room. Every fault of `raidlab disk` works on each bus. An NVMe disk shows blocks of 512 bytes, so that cryptsetup encrypts 512 bytes at a time unless `sectorSize` says otherwise; and QEMU cannot save a machine with NVMe disks, so that the array is built when the lab is made, and no template of it is kept.',
    'A drill runs on its own layout, and on those with names that it says it is made for or that have the shape of one of these. On one in a file it runs where one of these has the same profile, as many disks, and no more spares; elsewhere it is skipped, and says so. Options, such as `--disks 4`, are taken as they are.',
    '## Files',
    'A word with a slash in it, or that ends in `.yaml` or `.yml`, is a file. It is YAML 1.2; what it does not say is as in the last column.',
    ['```yaml', readFileSync(example, 'utf8').trimEnd(), '```'].join('\n'),
    ['| field | what it says | what it may be | unless given |', '|---|---|---|---|', ...fields].join('\n'),
    '[layout.schema.json](layout.schema.json) is the schema of such files, draft 7 of JSON Schema. It comes with the package, `node_modules/raidlab/docs/layout.schema.json`. An editor that knows the YAML language server completes and checks a file with the line `# yaml-language-server: $schema=PATH` at its top; a validator takes it as it is. What fields say together (too few disks for a profile) only raidlab itself checks.',
    'All mistakes are told at once, each with line, column, and what was probably meant; nothing is built, exit 64:',
    [
      '```text',
      'raidlab: ./array.yaml:2:10: profile is "raid2", and must be one of raid1, raid1c3, raid1c4, raid10, single, dup, raid5, raid6.',
      '  │ 2 | profile: raid2',
      '  │   |          ^^^^^',
      '  → Did you mean "raid1"?',
      '```',
    ].join('\n'),
  ];
}
