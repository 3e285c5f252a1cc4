/**
 * What is known of a real host's arrays: the document that `raidlab collect` prints. It is a list of facts, one kind for each thing, and
 * nothing that identifies disks: serials and UUIDs are stand-ins (`serial-1`, `uuid-1`), and names, too, unless they were asked for.
 */
import * as v from 'valibot';
import { count, fields, flag, list, matching, oneOf, oneOfObjects } from '../parsing/json-shape.ts';
import { profiles } from '../layout/profile.ts';
import { unseenReasons, whatIds } from './sources.ts';

/** The newest version of the document. */
export const factsVersion = 1;

/** How many facts a document may have: a host with a thousand disks has fewer. */
const mostFacts = 50_000;

const maybe = v.optional;
/** Stand-ins and nothing else: a document with a real UUID or serial is refused. */
const uuid = matching(/^uuid-[1-9]\d{0,6}$/u, 'a stand-in such as uuid-1');
const serial = matching(/^serial-[1-9]\d{0,6}$/u, 'a stand-in such as serial-1');
const name = v.pipe(v.string('a name'), v.nonEmpty('a name'), v.maxLength(4096, 'a name of at most 4096 characters'));
const word = matching(/^[A-Za-z0-9_.:+!-]{1,64}$/u, 'a word');
const version = matching(/^\d+(?:\.\d+)*(?:-rc\d+)?$/u, 'a version such as 6.12.118');
const options = matching(/^[a-zA-Z0-9_.=:-]{1,64}$/u, 'a mount option');
const bytes = count();

/** The profiles of chunks, as in sysfs and mkfs.btrfs. */
export const chunkProfileNames = [...profiles, 'raid0'] as const;

/** The profile of chunks on a real array. */
export type ChunkProfileName = (typeof chunkProfileNames)[number];

const chunkTypes = ['data', 'metadata', 'system', 'mixed'] as const;
const errorCounters = {
  writeErrors: maybe(count()),
  readErrors: maybe(count()),
  flushErrors: maybe(count()),
  corruptionErrors: maybe(count()),
  generationErrors: maybe(count()),
};

const host = fields({
  is: v.literal('host'),
  kernel: maybe(version),
  btrfsProgs: maybe(version),
  cryptsetup: maybe(version),
  root: maybe(flag),
});

const unseen = fields({
  is: v.literal('unseen'),
  what: oneOf(whatIds),
  because: oneOf(unseenReasons),
  filesystem: maybe(uuid),
  device: maybe(word),
});

/** A block device that is, or is below, a member; or a container that is not open. */
const device = fields({
  is: v.literal('device'),
  name: word,
  sizeBytes: maybe(bytes),
  kind: oneOf(['disk', 'partition', 'mapping', 'md', 'loop']),
  on: maybe(list(word), []),
  logicalBlockBytes: maybe(bytes),
  physicalBlockBytes: maybe(bytes),
  discards: maybe(flag),
  rotational: maybe(flag),
  content: maybe(word),
  filesystem: maybe(uuid),
  luks: maybe(uuid),
  luksVersion: maybe(count(1, 2)),
  bus: maybe(word),
  serial: maybe(serial),
  linkBefore: maybe(word),
  /** What device-mapper makes of it: `CRYPT-LUKS2`, `LVM`. */
  layer: maybe(word),
  mapping: maybe(name),
});

const mount = fields({
  is: v.literal('mount'),
  filesystem: uuid,
  at: name,
  isRoot: maybe(flag),
  options: maybe(list(options), []),
  subvolumes: maybe(list(name), []),
  otherOptions: maybe(count()),
});

const filesystem = fields({
  is: v.literal('filesystem'),
  uuid,
  label: maybe(name),
  nodeSize: maybe(bytes),
  sectorSize: maybe(bytes),
  checksum: maybe(word),
  working: maybe(word),
  quota: maybe(flag),
  mounted: maybe(flag),
  features: maybe(list(word), []),
});

const chunks = fields({
  is: v.literal('chunks'),
  filesystem: uuid,
  sizeBytes: bytes,
  usedBytes: maybe(bytes),
  type: oneOf(chunkTypes),
  profile: oneOf(chunkProfileNames),
});

const member = fields({
  is: v.literal('member'),
  filesystem: uuid,
  devid: count(),
  missing: maybe(flag),
  device: maybe(word),
  sizeBytes: maybe(bytes),
  allocatedBytes: maybe(bytes),
  ...errorCounters,
});

/** Raw bytes of chunks on one member; without a device it is a missing one. */
const placed = fields({
  is: v.literal('placed'),
  filesystem: uuid,
  type: oneOf([...chunkTypes, 'data+metadata', 'unallocated']),
  profile: maybe(oneOf(chunkProfileNames)),
  device: maybe(word),
  sizeBytes: bytes,
});

/** What a member's super block says. */
const superBlock = fields({
  is: v.literal('super'),
  device: word,
  filesystem: uuid,
  devid: count(),
  generation: count(),
  deviceCount: count(),
  sizeBytes: maybe(bytes),
  allocatedBytes: maybe(bytes),
  nodeSize: maybe(bytes),
  sectorSize: maybe(bytes),
  checksum: maybe(word),
  damaged: maybe(flag),
});

/** What is public of a container's header. */
const luks = fields({
  is: v.literal('luks'),
  device: word,
  version: count(1, 2),
  offsetBytes: bytes,
  sectorBytes: maybe(bytes),
  cipher: maybe(word),
  keyBits: maybe(count()),
  keyslots: maybe(count()),
  kdf: maybe(word),
  integrity: maybe(word),
  unusual: maybe(flag),
  flags: maybe(list(word), []),
  requirements: maybe(list(word), []),
});

const scrub = fields({
  is: v.literal('scrub'),
  filesystem: uuid,
  devid: count(),
  daysAgo: count(),
  finished: maybe(flag),
  found: maybe(count()),
  uncorrectable: maybe(count()),
  withoutChecksum: maybe(count()),
});

/** There is no record of any scrub. */
const noscrub = fields({ is: v.literal('noscrub'), filesystem: uuid });

const subvolumes = fields({ is: v.literal('subvolumes'), filesystem: uuid, count: maybe(count()), snapshots: maybe(count()) });

const tableNames = ['uuid', 'label', 'partition', 'mapping', 'link', 'kernel-name', 'other'] as const;

const fstab = fields({
  is: v.literal('fstab'),
  by: oneOf(tableNames),
  filesystem: maybe(uuid),
  label: maybe(name),
  device: maybe(word),
  at: name,
  isRoot: maybe(flag),
  options: maybe(list(options), []),
  subvolumes: maybe(list(name), []),
  otherOptions: maybe(count()),
});

const crypttab = fields({
  is: v.literal('crypttab'),
  mapping: name,
  device: maybe(word),
  by: oneOf(tableNames),
  container: maybe(word),
  luks: maybe(uuid),
  key: oneOf(['none', 'file', 'device', 'other']),
  options: maybe(list(options), []),
  otherOptions: maybe(count()),
});

const shapes = [
  host,
  unseen,
  device,
  mount,
  filesystem,
  chunks,
  member,
  placed,
  superBlock,
  luks,
  scrub,
  noscrub,
  subvolumes,
  fstab,
  crypttab,
] as const;

/** The shape of a document of version 1. */
export const factsShape = fields({
  v: v.literal(factsVersion),
  /** Whether labels, mount points, subvolumes and mappings are their own names, not stand-ins. */
  names: flag,
  facts: v.pipe(list(oneOfObjects('is', shapes)), v.maxLength(mostFacts, `at most ${String(mostFacts)} facts`)),
});

/** A document with the facts of a host. */
export type Facts = v.InferOutput<typeof factsShape>;

/** One fact. */
export type Fact = Facts['facts'][number];

/** The facts of one kind. */
export type FactOf<Kind extends Fact['is']> = Extract<Fact, { readonly is: Kind }>;

/** Gives the facts of one kind, in their order. */
export function factsOf<Kind extends Fact['is']>(facts: Facts, kind: Kind): readonly FactOf<Kind>[] {
  return facts.facts.filter((fact): fact is FactOf<Kind> => fact.is === kind);
}
