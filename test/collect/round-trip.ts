/**
 * What `collect` says of an array that is known: a lab is built, brought into a state by hand, and the script runs inside it, as root
 * and as an ordinary user. The layout that comes back must be the one that was built, in what can be seen.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditFacts } from '../../src/core/facts/audit/audit.ts';
import { layoutOfArray } from '../../src/core/facts/facts-to-layout.ts';
import { findArrays } from '../../src/core/facts/found-array.ts';
import type { FoundArray } from '../../src/core/facts/found-array.ts';
import { revealFacts } from '../../src/core/facts/names.ts';
import { readFacts } from '../../src/core/facts/read-facts.ts';
import { parseStandIns } from '../../src/core/facts/stand-ins.ts';
import { metadataProfileOf } from '../../src/core/layout/profile.ts';
import type { ArrayLayout } from '../../src/core/layout/layout.ts';
import type { LabProject } from '../rig/lab.ts';

/** An array of which the facts are collected. */
export interface Collected {
  /** What `raidlab up` is told. */
  readonly up: readonly string[];
  /** What is typed in the lab before, and on the host: `disk …`. */
  readonly commands?: readonly string[];
  readonly disks?: readonly string[];
  /** What of the audit root must read, by name; none where nothing is wrong. */
  readonly findings: readonly string[];
  /** Whether root sees the whole layout: not of an array that is locked, for example. */
  readonly isWhole?: false;
  /** How many arrays there are, if not one. */
  readonly arrays?: number;
}

/** Collects in a lab; `prefix` says as whom. */
async function collect(lab: LabProject, prefix: string): Promise<readonly FoundArray[]> {
  const json = await lab.ok('ssh', '--', `${prefix} sh /tmp/collect.sh`);
  return findArrays(readFacts(json));
}

/** Prints what was written to each disk of the lab's array, by its kernel: requests and sectors. Source: Documentation/block/stat.rst. */
export const writesOfDisks =
  'for d in /sys/block/*; do case $(lsblk -dno SERIAL /dev/${d##*/}) in DISK*) echo "$d $(awk \'{ print $5, $7 }\' $d/stat)";; esac; done';

/** Builds a lab, brings it into its state, and says what its facts say otherwise than it is; none when all is well. */
export async function tryRoundTrip(lab: LabProject, given: Collected): Promise<readonly string[]> {
  await lab.ok('up', ...given.up);
  const script = join(lab.hostPath, 'collect.sh');
  await writeFile(script, await lab.ok('collect', '--script', '--names'));
  await lab.ok('cp', script, ':/tmp/collect.sh');
  await lab.ok('ssh', '--', 'chmod 0755 /tmp/collect.sh');
  for (const words of given.disks ?? []) await lab.ok(...words.split(' '));
  for (const command of given.commands ?? []) await lab.ok('ssh', '--', command);
  const { layout } = JSON.parse(await readFile(join(lab.place.hostPath, 'state.json'), 'utf8')) as { readonly layout: ArrayLayout };

  await lab.ok('ssh', '--', 'sync');
  const before = await lab.ok('ssh', '--', writesOfDisks);
  const json = await lab.ok('ssh', '--', 'sh /tmp/collect.sh /root/facts.map');
  const after = await lab.ok('ssh', '--', writesOfDisks);
  const standIns = parseStandIns(await lab.ok('ssh', '--', 'cat /root/facts.map'));
  const hidden = [...standIns.values()].filter((name) => /^[0-9a-f]{8}-|^DISK/u.test(name));
  const leaks = hidden.filter((name) => json.includes(name)).map((name) => `the document says ${name}`);
  const facts = revealFacts(readFacts(json), standIns);
  const arrays = findArrays(facts);
  const found = arrays.find(({ label }) => label === layout.label) ?? arrays[0];
  const audit = auditFacts(facts, []);
  // What nobody can see is no finding, and not well either.
  if (found === undefined)
    return [...leaks, ...(given.arrays === 0 && audit.outcome === 'unjudged' ? [] : [`no array, and ${audit.outcome}`])];
  const asUser = await collect(lab, 'setpriv --reuid=1000 --regid=1000 --clear-groups');
  const names = [...new Set(audit.findings.filter(({ severity }) => severity !== 'note').map(({ name }) => name))].sort();
  return [
    ...leaks,
    ...differences('what was written to each disk', before, after),
    ...(arrays.length === (given.arrays ?? 1) ? [] : [`${String(arrays.length)} arrays`]),
    ...(given.isWhole === false ? [] : differences('root', seen(layout, layout), seen(layoutOfArray(found).layout, layout))),
    ...differencesOfUser(asUser[0], found),
    ...differences('audit', [...given.findings].sort(), names),
  ];
}

/** What of a layout a document tells of one that was built so. */
function seen(layout: ArrayLayout, built: ArrayLayout) {
  const { memberSizesBytes, bus, partitions, profile, encryption, cipher, sectorSize, label, mkfsOptions, mountOptions, quota } = layout;
  return {
    memberSizesBytes: [...memberSizesBytes].sort((one, other) => one - other),
    bus,
    partitions,
    profile,
    metadata: metadataProfileOf(layout),
    encryption,
    cipher,
    // Unless it was asked for, cryptsetup takes what suits the disk.
    sectorSize: built.sectorSize === null ? null : sectorSize,
    label,
    mkfsOptions,
    mountOptions,
    quota,
    subvolumes: layout.subvolumes.map(({ name }) => name),
  };
}

/** An ordinary user sees less, and nothing else. */
function differencesOfUser(user: FoundArray | undefined, root: FoundArray): readonly string[] {
  if (root.mounts.length === 0) return [];
  if (user === undefined) return ['an ordinary user sees no array'];
  const of = ({ members, mounts }: FoundArray) => ({
    members: members.filter(({ isMissing }) => !isMissing).length,
    mounts: mounts.length,
  });
  return differences('an ordinary user', of(root), of(user));
}

function differences(who: string, expected: unknown, found: unknown): readonly string[] {
  try {
    assert.deepEqual(found, expected);
    return [];
  } catch (error) {
    return [`${who}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
