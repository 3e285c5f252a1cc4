import type { Facts } from './facts.ts';
import { unescapeName } from './stand-ins.ts';
import type { StandIns } from './stand-ins.ts';

/** A word in capitals that stands in a command for what the facts do not tell: it is filled in by hand. */
export interface WordToFillIn {
  /** `SERIAL-1`. */
  readonly word: string;
  /** Of which kind the name is, to complete "it is …": `the serial that serial-1 stands for`. */
  readonly is: string;
}

/** Facts whose every name can be typed: real names, or words to fill in. */
export interface TypeableFacts {
  readonly facts: Facts;
  readonly words: readonly WordToFillIn[];
}

/** The fields with names; those that are always stand-ins, whatever the document says of its names. */
const kinds: Readonly<Record<string, { readonly what: string; readonly isAlwaysHidden: boolean }>> = {
  uuid: { what: 'UUID', isAlwaysHidden: true },
  filesystem: { what: 'UUID', isAlwaysHidden: true },
  luks: { what: 'UUID', isAlwaysHidden: true },
  serial: { what: 'serial', isAlwaysHidden: true },
  label: { what: 'label', isAlwaysHidden: false },
  at: { what: 'mount point', isAlwaysHidden: false },
  subvolumes: { what: 'subvolume', isAlwaysHidden: false },
  mapping: { what: 'mapping', isAlwaysHidden: false },
};

/** What nobody can read off a page and type: controls, format characters, separators of lines, lone surrogates. */
const unreadable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Gives facts for commands: a stand-in is what the map says, or a word to fill in. */
export function makeTypeable(facts: Facts, standIns: StandIns): TypeableFacts {
  const words = new Map<string, WordToFillIn>();
  const unread = new Map<string, string>();
  const nameOf = (field: string, value: string): string => {
    const { what, isAlwaysHidden } = kinds[field] ?? { what: field, isAlwaysHidden: false };
    const isStandIn = (isAlwaysHidden || !facts.names) && /^[a-z]+-[1-9]\d*$/u.test(value);
    const real = isStandIn ? standIns.get(value) : value;
    if (real !== undefined && real !== '' && !unreadable.test(unescapeName(real))) return unescapeName(real);
    const word = isStandIn ? value.toUpperCase() : wordFor(what, value);
    const is = isStandIn ? `the ${what} that ${value} stands for in the facts` : `the ${what}, which has characters that no page can show`;
    words.set(word, { word, is });
    return word;
  };
  const wordFor = (what: string, value: string): string => {
    const known = unread.get(value) ?? `${what.toUpperCase().replaceAll(' ', '-')}-NAMED-${String(unread.size + 1)}`;
    unread.set(value, known);
    return known;
  };
  const nameAll = (field: string, value: unknown): unknown => {
    if (!Object.hasOwn(kinds, field)) return value;
    if (typeof value === 'string') return nameOf(field, value);
    return Array.isArray(value) ? value.map((each: unknown) => (typeof each === 'string' ? nameOf(field, each) : each)) : value;
  };
  const named = facts.facts.map((fact) => ({
    ...fact,
    ...Object.fromEntries(Object.entries(fact).map(([field, value]) => [field, nameAll(field, value)] as const)),
  }));
  return { facts: { ...facts, facts: named }, words: [...words.values()] };
}
