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
    'A layout describes the array to build: number and size of disks, spares, profile, encryption. `raidlab up` and `raidlab drill` take a layout by name or from a file, and options change it:',
    [
      '```sh',
      'raidlab up --layout raid10                        # a named layout',
      'raidlab up --layout ./array.yaml                  # a layout file',
      'raidlab up --layout ./array.yaml --spares 2       # the same, with two spares',
      'raidlab up --profile raid1c3 --disks 4 --plan     # options only; prints capacity and commands, builds nothing',
      'raidlab drill --layout ./array.yaml               # a drill on it',
      '```',
    ].join('\n'),
    'The capacity is predicted before anything is built (`up --plan`), and shown again when a lab is on. The copies of a chunk are on different disks, so the surplus of the largest disk is unusable. Data and metadata share the capacity; metadata takes about 5 % of arrays as small as these. For equal disks with copies the prediction is exact. Otherwise it is an upper limit: btrfs allocates whole chunks, of up to a tenth of the array, and what is left on a single disk stays unused. Measured: 93 % of it on disks of 1, 1.5 and 2 GiB with raid1, 91 % on three of 512 MiB with raid5, whose metadata is on two of them.',
    '`raid5` and `raid6` are for evaluation and testing: btrfs(5), "RAID56 STATUS AND RECOMMENDED PRACTICES". After a power cut parity and data may not match (the write hole), and losing a disk then destroys good data. `up` and `drill` warn about this. As that page recommends, metadata and system chunks are `raid1` with `raid5` and `raid1c3` with `raid6`, which survive as many losses. Seen in `raidlab drill --profile raid5 --disks 3` on 6.12.118 (one run): broken. While the pulled disk was gone, writes failed with EIO; after replace and balance, profiles, scrub and counters were fine, but without DISK3 20 files were lost: 17 unreadable and 3 with wrong content.',
    'An array that has been in use for years has more features: subvolumes with their own mounts, compression, quotas, a directory without copy on write, a read-only snapshot, reflinked copies. `as-people-have-it` is such a layout; a drill puts files into all of them. Drills made for `raid1` run on it.',
    '## Named layouts',
    ['| name | array | capacity, at most | disks that may be lost |', '|---|---|---|---|', ...named].join('\n'),
    'Drills use cryptsetup, so on a layout with `encryption: none` a drill is skipped. Labs support it.',
    'With virtio-blk and NVMe every disk has its own PCI Express slot, which a pulled disk keeps; there is room for 16 disks. Every fault of `raidlab disk` works on each bus. An NVMe disk has blocks of 512 bytes, so cryptsetup encrypts 512 bytes at a time unless `sectorSize` says otherwise. QEMU cannot save a machine with NVMe disks, so the array is built when the lab is created, without a template.',
    'A drill runs on its own layout, on the named layouts that it lists, and on named layouts of the same shape. It runs on a layout file if one of these has the same profile, as many disks, and no more spares; otherwise it is skipped, with the reason. Options, such as `--disks 4`, are always accepted.',
    '## Files',
    'A word with a slash in it, or that ends in `.yaml` or `.yml`, is a file. It is YAML 1.2; fields it leaves out have the value in the last column.',
    ['```yaml', readFileSync(example, 'utf8').trimEnd(), '```'].join('\n'),
    ['| field | meaning | allowed values | default |', '|---|---|---|---|', ...fields].join('\n'),
    '[layout.schema.json](layout.schema.json) is the schema of these files, JSON Schema draft 7, also in the package as `node_modules/raidlab/docs/layout.schema.json`. An editor with the YAML language server completes and checks a file that begins with the line `# yaml-language-server: $schema=PATH`. Only raidlab itself checks combinations of fields (too few disks for a profile).',
    'All mistakes are reported at once, each with line, column, and what was probably meant; nothing is built, exit 64:',
    [
      '```text',
      'raidlab: ./array.yaml:2:10: profile is "raid2", but must be one of raid1, raid1c3, raid1c4, raid10, single, dup, raid5, raid6.',
      '  │ 2 | profile: raid2',
      '  │   |          ^^^^^',
      '  → Did you mean "raid1"?',
      '```',
    ].join('\n'),
  ];
}
