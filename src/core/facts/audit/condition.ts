import type { FoundArray } from '../found-array.ts';
import { mountPointOf, nameOfArray, nameOfMember, typed } from '../names.ts';
import type { AuditFinding } from './finding.ts';

/** Finds what is wrong with how the array is in service: how it is mounted, unfinished work, scrubs. */
export function findCondition(array: FoundArray): readonly AuditFinding[] {
  return [...findMountState(array), ...findUnfinished(array), ...findScrubs(array), ...findUnchecked(array)];
}

function findMountState(array: FoundArray): readonly AuditFinding[] {
  const { mounts, fstab } = array;
  const name = nameOfArray(array);
  const degraded = mounts.filter(({ options }) => options.includes('degraded'));
  // Those of the filesystem come after those of the mount: `ro,noatime,rw` is a read-only mount of a filesystem that is written.
  const stopped = mounts.filter(({ options }) => options.findLast((option) => option === 'ro' || option === 'rw') === 'ro');
  const wanted = fstab.some(({ options }) => options.includes('ro'));
  return [
    ...(degraded.length === 0
      ? []
      : [
          {
            name: 'mounted-degraded',
            severity: 'danger' as const,
            array: name,
            what: 'The array is mounted with `degraded`.',
            evidence: degraded.map(({ at, options }) => `${at}: ${options.join(',')}`),
            why: 'If a member was missing at some time since, new data has one copy, and nothing makes the second one by itself.',
            type: [
              typed('btrfs', 'filesystem', 'usage', mountPointOf(array)),
              `umount ${mountPointOf(array)}, and mount it without degraded`,
            ],
          },
        ]),
    ...(stopped.length === 0 || wanted
      ? []
      : [
          {
            name: 'read-only',
            severity: 'danger' as const,
            array: name,
            what: 'The array is read-only, and fstab does not say so.',
            evidence: stopped.map(({ at, options }) => `${at}: ${options.join(',')}`),
            why: 'btrfs stops writing when it cannot go on without harm. The kernel log says why.',
            type: ['journalctl --dmesg --grep btrfs', 'raidlab kernel-log FILE'],
          },
        ]),
  ];
}

function findUnfinished(array: FoundArray): readonly AuditFinding[] {
  const working = array.filesystem?.working;
  const targets = array.members.filter(({ devid }) => devid === 0);
  if (working === undefined && targets.length === 0) return [];
  const work = working?.replaceAll('-', ' ') ?? 'device replace';
  return [
    {
      name: 'unfinished-work',
      severity: 'danger',
      array: nameOfArray(array),
      what: `The array is not at rest: ${work}.`,
      evidence: [...(working === undefined ? [] : [`exclusive_operation: ${working}`]), ...targets.map(nameOfMember)],
      why: 'Until it is finished, the array is between two states. What this audit says may be otherwise afterwards.',
      type: [typed('btrfs', 'replace', 'status', '-1', mountPointOf(array)), typed('btrfs', 'balance', 'status', mountPointOf(array))],
    },
  ];
}

/** A scrub a month is what distributions' timers do; with some days of grace. Source: btrfs-scrub(8). */
const scrubEveryDays = 45;

function findScrubs(array: FoundArray): readonly AuditFinding[] {
  const { scrubs } = array;
  const name = nameOfArray(array);
  const type = [typed('btrfs', 'scrub', 'start', '-B', mountPointOf(array))];
  if (array.isNeverScrubbed) {
    const why = 'A block that rots is only noticed when it is read. Without scrubs that is when the other disk is already dead.';
    return [{ name: 'never-scrubbed', severity: 'care', array: name, what: 'There is no record of a scrub.', evidence: [], why, type }];
  }
  const bad = scrubs.filter(({ uncorrectable = 0 }) => uncorrectable > 0);
  const unfinished = scrubs.filter(({ finished }) => finished !== true);
  const old = scrubs.filter(({ daysAgo }) => daysAgo > scrubEveryDays);
  const covered = new Set(scrubs.map(({ devid }) => devid));
  const left =
    scrubs.length === 0
      ? []
      : array.members.filter(({ devid, isMissing }) => devid !== null && devid > 0 && !isMissing && !covered.has(devid));
  const line = ({ devid, daysAgo, found = 0, uncorrectable = 0, finished }: (typeof scrubs)[number]): string =>
    `devid ${String(devid)}: ${String(daysAgo)} days ago, ${finished === true ? 'finished' : 'not finished'}, ${String(found)} errors found, ${String(uncorrectable)} not corrected`;
  return [
    ...(bad.length === 0
      ? []
      : [
          {
            name: 'scrub-found-loss',
            severity: 'danger' as const,
            array: name,
            what: 'The last scrub found blocks that it could not mend.',
            evidence: bad.map(line),
            why: 'No good copy of them was left. The kernel log names the files; they have to come from a backup.',
            type: ['journalctl --dmesg --grep "checksum error|unable to fixup"', ...type],
          },
        ]),
    ...(unfinished.length + old.length + left.length === 0
      ? []
      : [
          {
            name: 'scrub-old',
            severity: 'care' as const,
            array: name,
            what: 'Not every member was scrubbed to its end lately.',
            evidence: [...new Set([...unfinished, ...old])].map(line).concat(left.map((member) => `${nameOfMember(member)}: never`)),
            why: 'A block that rots is only noticed when it is read. A scrub each month finds it while there is a good copy.',
            type,
          },
        ]),
  ];
}

/** Field notes, btrfs over LUKS, 4: a stale leg of a nodatacow file is read back at random. */
function findUnchecked(array: FoundArray): readonly AuditFinding[] {
  const options = [...array.mounts, ...array.fstab].filter((each) =>
    each.options.some((option) => ['nodatacow', 'nodatasum'].includes(option)),
  );
  if (options.length === 0) return [];
  return [
    {
      name: 'without-checksums',
      severity: 'trap',
      array: nameOfArray(array),
      what: 'The array is mounted so that new files have no checksums.',
      evidence: options.map(({ at, options: words }) => `${at}: ${words.join(',')}`),
      why: 'When the copies of a file differ, nothing tells which is right: a scrub passes over it, and reads give either.',
      type: ['Take nodatacow and nodatasum out of the options; set them for single directories: chattr +C DIRECTORY'],
    },
  ];
}
