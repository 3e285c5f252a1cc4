import type { Facts, FactOf } from '../facts.ts';
import { factsOf } from '../facts.ts';
import { findArrays, properMembers } from '../found-array.ts';
import type { FoundArray } from '../found-array.ts';
import { mountPointOf, nameOfArray, typed } from '../names.ts';
import { commandToSee } from '../sources.ts';
import type { WhatId } from '../sources.ts';
import { findCopies } from './copies.ts';
import type { AuditFinding } from './finding.ts';
import { severities } from './finding.ts';
import { findFit } from './fit.ts';
import { gapsOf } from './gaps.ts';
import type { UnseenThing } from './gaps.ts';
import { findKnownTrouble } from './known-trouble.ts';
import type { KnownTrouble } from './known-trouble.ts';
import { findLosses, judgeLosses } from './losses.ts';
import type { MemberLoss } from './losses.ts';
import { findMembers } from './members.ts';
import { findCondition } from './condition.ts';
import { findTables } from './tables.ts';

/** An array in an audit. */
export interface AuditedArray {
  readonly name: string;
  readonly uuid: string;
  readonly members: number;
  readonly profiles: readonly string[];
  /** What happens when each member dies. */
  readonly losses: readonly MemberLoss[];
}

/** What an audit came to: `wrong` with findings, `unjudged` when too much could not be seen, otherwise `well`. */
export type AuditOutcome = 'well' | 'wrong' | 'unjudged';

/** An audit of a host's arrays. */
export interface Audit {
  readonly outcome: AuditOutcome;
  readonly arrays: readonly AuditedArray[];
  /** Worst first. */
  readonly findings: readonly AuditFinding[];
  readonly unseen: readonly UnseenThing[];
}

/** What an array can be called well without; anything else that was not seen decides. */
const dispensable: ReadonlySet<WhatId> = new Set(['btrfs subvolume list', 'cryptsetup luksDump']);

/** Judges a host's arrays by its facts and what is known of its versions. */
export function auditFacts(facts: Facts, known: readonly KnownTrouble[]): Audit {
  const [host] = factsOf(facts, 'host');
  const found = findArrays(facts);
  const arrays = found.filter(isArray);
  const others = found.filter((each) => !isArray(each));
  const findings = [
    ...arrays.flatMap((array) => [
      ...findMembers(array),
      ...findCopies(array),
      ...findLosses(array),
      ...findCondition(array),
      ...findFit(array),
      ...findTables(array),
    ]),
    ...others.map(oneDisk),
    ...(arrays.length === 0
      ? []
      : findKnownTrouble(
          host,
          arrays.flatMap(({ chunks }) => chunks.map(({ profile }) => profile)),
          known,
        )),
  ];
  const sorted = severities.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  const unseen = [
    ...factsOf(facts, 'unseen').map((each) => unseenThing(each, found)),
    ...arrays.flatMap((array) => gapsOf(array, factsOf(facts, 'unseen'))),
    ...unseenArrays(facts, found, arrays),
  ];
  const isWrong = sorted.some(({ severity }) => severity !== 'note');
  const isBlind = unseen.some(({ what }) => what === 'array' || !dispensable.has(what));
  return {
    outcome: isWrong ? 'wrong' : isBlind ? 'unjudged' : 'well',
    arrays: arrays.map((array) => ({
      name: nameOfArray(array),
      uuid: array.uuid,
      members: array.memberCount ?? properMembers(array).length,
      profiles: array.chunks.map(({ type, profile }) => `${type} ${profile}`),
      losses: judgeLosses(array),
    })),
    findings: sorted,
    unseen,
  };
}

/** A filesystem on one disk is no array, unless it should have more. */
function isArray(array: FoundArray): boolean {
  const members = properMembers(array).length;
  return members > 1 || (array.memberCount ?? 0) > 1 || array.members.length > 1;
}

function oneDisk(array: FoundArray): AuditFinding {
  return {
    name: 'one-disk',
    severity: 'note',
    array: nameOfArray(array),
    what: 'A btrfs on one disk: no array.',
    evidence: [],
    why: 'When its disk dies, it is gone. That is what backups are for.',
    type: [],
  };
}

function unseenThing({ what, because, filesystem, device }: FactOf<'unseen'>, found: readonly FoundArray[]): UnseenThing {
  const array = found.find(
    ({ uuid, members }) => uuid === filesystem || members.some((member) => member.layers.some(({ name }) => name === device)),
  );
  const type = commandToSee(what).replace('DEVICE', device === undefined ? 'DEVICE' : `/dev/${device}`);
  if (array === undefined) return { what, of: device ?? 'host', because, type };
  const [command = '', ...rest] = type.split(' MOUNT_POINT');
  const full = rest.length === 0 ? type : typed(...command.split(' '), mountPointOf(array));
  return { what, of: filesystem === undefined ? (device ?? 'host') : nameOfArray(array), because, type: full };
}

/** What is there and cannot be judged: containers that are locked, arrays that are not mounted, tables whose array is nowhere. */
function unseenArrays(facts: Facts, found: readonly FoundArray[], arrays: readonly FoundArray[]): readonly UnseenThing[] {
  const absent = factsOf(facts, 'fstab').filter((line) => !found.some(({ fstab }) => fstab.includes(line)));
  const uncertain = found.filter(({ chunks, members }) => chunks.length === 0 && members.length > 0);
  return [
    ...lockedContainers(facts, arrays).map((name): UnseenThing => ({
      what: 'array',
      of: name,
      because: 'locked',
      type: `cryptsetup open /dev/${name} NAME`,
    })),
    ...uncertain.map((array): UnseenThing => ({
      what: 'array',
      of: nameOfArray(array),
      because: 'not-mounted',
      type: 'mount DEVICE MOUNT_POINT',
    })),
    ...absent.map(({ at }): UnseenThing => ({ what: 'array', of: at, because: 'not-there', type: 'btrfs filesystem show' })),
    ...(arrays.length === 0 ? [{ what: 'array', of: 'host', because: 'no-array', type: 'btrfs filesystem show' } as const] : []),
  ];
}

/** Locked containers may be anybody's, such as a backup's: they count where there is no array, or crypttab opens them at boot. */
function lockedContainers(facts: Facts, arrays: readonly FoundArray[]): readonly string[] {
  const open = new Set(factsOf(facts, 'device').flatMap(({ layer, on }) => (layer?.startsWith('CRYPT') === true ? on : [])));
  const atBoot = new Set(
    factsOf(facts, 'crypttab').flatMap(({ container = '', options }) => (options.includes('noauto') ? [] : [container])),
  );
  return factsOf(facts, 'device')
    .filter(({ content, name }) => content === 'crypto_LUKS' && !open.has(name) && (arrays.length === 0 || atBoot.has(name)))
    .map(({ name }) => name);
}
