import { disksOf, properMembers } from '../facts/found-array.ts';
import type { FoundArray, FoundMember } from '../facts/found-array.ts';
import { stableName } from '../facts/names.ts';

/** What a member of a real array is called, as far as that is known. */
export interface MemberNames {
  /** Its 1-based number in the lab, in the order of devids. */
  readonly number: number;
  readonly mappingName: string | null;
  /** Of its disk: `/dev/disk/by-id/ata-…`. */
  readonly link: string | null;
  readonly luksUuid: string | null;
}

/** What a script for a real array may call it. */
export interface ArrayNames {
  readonly members: readonly MemberNames[];
}

/** Names as a shell, crypttab and a rule of udev have them without quotes. */
const plainName = /^[\w.+:-]{1,120}$/u;
const plainPath = /^(?:\/[\w.+:@-]{1,120}){1,12}$/u;
const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

/**
 * Gives the names of an array. A stand-in that nobody has a name for is none: `unknown` are the words that stand for them in the facts.
 */
export function namesOfArray(array: FoundArray, unknown: readonly string[]): ArrayNames {
  const known = (name: string | undefined, form: RegExp): string | null =>
    name === undefined || !form.test(name) || unknown.some((word) => name.includes(word)) ? null : name;
  const members = [...properMembers(array)].sort((one, other) => (one.devid ?? 0) - (other.devid ?? 0));
  return {
    members: members.map((member, index) => ({
      number: index + 1,
      mappingName: known(mappingOf(member), plainName),
      link: known(linkOf(member), plainPath),
      luksUuid: known(member.container?.luks, uuidForm),
    })),
  };
}

function mappingOf({ device, container }: FoundMember): string | undefined {
  return container !== null && device?.kind === 'mapping' ? device.mapping : undefined;
}

function linkOf(member: FoundMember): string | undefined {
  const [disk, other] = disksOf(member);
  if (disk === undefined || other !== undefined) return undefined;
  const name = stableName(disk, member.layers);
  return name.startsWith('/dev/disk/by-id/') ? name : undefined;
}
