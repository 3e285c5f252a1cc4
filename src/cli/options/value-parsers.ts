import { message, text } from '@optique/core/message';
import type { Suggestion } from '@optique/core/parser';
import { string } from '@optique/core/valueparser';
import type { ValueParser } from '@optique/core/valueparser';
import { formatAge, parseAge } from '../../core/text/age.ts';
import { isLayoutName, layoutNames } from '../../core/layout/named-layout.ts';
import { nearestWord } from '../../core/text/nearest-word.ts';
import { formatReporterSpec, parseReporterSpec, reporterNames } from '../../core/reporter-spec.ts';
import type { ReporterSpec } from '../../core/reporter-spec.ts';
import { parseByteRange } from '../../core/bytes/byte-range.ts';
import { faultBlockBytes } from '../../core/fault/fault.ts';
import { formatFaultWish, parseFaultWish, usualDisk, wishedFaults } from '../../core/fault/fault-wish.ts';
import type { FaultWish } from '../../core/fault/fault-wish.ts';
import type { ByteRange } from '../../core/fault/fault.ts';
import type { Kind } from '../../core/layout-file/kind.ts';
import { formatShard, mostShards, parseShard } from '../../core/campaign/shard.ts';
import type { Shard } from '../../core/campaign/shard.ts';
import { formatSize, parseSize } from '../../core/text/size.ts';
import { isLayoutFile } from './layout-file.ts';

/** Reads a size (`32MiB`, `1G`) into bytes. */
export function size(metavar: 'SIZE', examples: readonly string[]): ValueParser<'sync', number> {
  return {
    mode: 'sync',
    metavar,
    placeholder: 0,
    parse: (input) => {
      const bytes = parseSize(input);
      if (bytes !== undefined) return { success: true, value: bytes };
      return { success: false, error: message`Expected a size such as 32MiB or 1G, but got ${input}.` };
    },
    format: formatSize,
    *suggest(prefix) {
      for (const text of examples) if (text.startsWith(prefix)) yield { kind: 'literal', text };
    },
  };
}

/** Reads the size of a disk: a bare small number lacks its unit. */
export function diskSize(examples: readonly string[]): ValueParser<'sync', number> {
  const anySize = size('SIZE', examples);
  return {
    ...anySize,
    parse: (input) => {
      const read = anySize.parse(input);
      if (!read.success || read.value >= leastUnitlessBytes || !/^\d+$/u.test(input)) return read;
      const bytes = `${input} ${read.value === 1 ? 'byte' : 'bytes'}`;
      return {
        success: false,
        error: message`Expected a size with its unit, such as 512MiB or 1GiB, but got ${input}: that is ${text(bytes)}.`,
      };
    },
  };
}

/** A disk smaller than this is a number without its unit, bytes. */
const leastUnitlessBytes = 1024 ** 2;

/** Reads an age (`30d`, `12h`) into milliseconds. */
export function age(metavar: 'AGE', examples: readonly string[]): ValueParser<'sync', number> {
  return {
    mode: 'sync',
    metavar,
    placeholder: 0,
    parse: (input) => {
      const ageMs = parseAge(input);
      if (ageMs !== undefined) return { success: true, value: ageMs };
      return { success: false, error: message`Expected an age such as 30d or 12h, but got ${input}.` };
    },
    format: formatAge,
    *suggest(prefix) {
      for (const text of examples) if (text.startsWith(prefix)) yield { kind: 'literal', text };
    },
  };
}

/** A word that the shell can complete, with an optional description. */
export interface KnownWord {
  readonly word: string;
  readonly description?: string;
}

/** Files that a word may also name; the shell completes them itself, and the directories on the way. */
export interface KnownFiles {
  readonly type: 'file' | 'any';
  /** With their dots: `.ts`. */
  readonly extensions: readonly string[];
}

/** Reads any word; the shell completes the known ones. The command itself refuses unknown words, because it can say more. */
export function knownWord(
  metavar: 'NAME' | 'STEP' | 'SUITE' | 'TAG' | 'KERNEL' | 'DISK',
  known: () => Promise<readonly KnownWord[]>,
  files?: KnownFiles,
): ValueParser<'async', string> {
  return {
    mode: 'async',
    metavar,
    placeholder: '',
    parse: (input) => Promise.resolve({ success: true, value: input }),
    format: (word) => word,
    async *suggest(prefix): AsyncIterable<Suggestion> {
      for (const { word, description } of await known().catch(() => [])) {
        if (!word.startsWith(prefix)) continue;
        yield { kind: 'literal', text: word, ...(description === undefined ? {} : { description: message`${description}` }) };
      }
      if (files !== undefined) yield { kind: 'file', pattern: prefix, ...files };
    },
  };
}

/** Reads a path; the shell completes it. */
export function pathWord(
  metavar: 'FILE' | 'DIR' | 'PATH' | 'RUN' | 'FACTS' | 'BUNDLE' | 'SCRIPT',
  type: 'file' | 'directory' | 'any',
): ValueParser<'sync', string> {
  return {
    ...string({ metavar }),
    *suggest(prefix) {
      yield { kind: 'file', type, pattern: prefix };
    },
  };
}

/** Reads a reporter and its file: `junit=report.xml`. */
export const reporter: ValueParser<'sync', ReporterSpec> = {
  mode: 'sync',
  metavar: 'NAME[=FILE]',
  placeholder: { name: 'list', file: undefined },
  parse: (input) => {
    const spec = parseReporterSpec(input);
    if (spec !== undefined) return { success: true, value: spec };
    const nearest = nearestWord(input.split('=')[0] ?? '', reporterNames);
    const hint = nearest === undefined ? message`` : message` Did you mean ${nearest}?`;
    const names = reporterNames.join(', ');
    return { success: false, error: message`Expected one of ${text(names)}, with =FILE or without, but got ${input}.${hint}` };
  },
  format: formatReporterSpec,
  *suggest(prefix) {
    for (const name of reporterNames) if (name.startsWith(prefix)) yield { kind: 'literal', text: name };
  },
};

/** Reads a part of a run: `2/5`. */
export const shard: ValueParser<'sync', Shard> = {
  mode: 'sync',
  metavar: 'I/N',
  placeholder: { number: 1, of: 1 },
  parse: (input) => {
    const value = parseShard(input);
    if (value !== undefined) return { success: true, value };
    const most = String(mostShards);
    return { success: false, error: message`Expected a part such as 2/5, of at most ${text(most)}, but got ${input}.` };
  },
  format: formatShard,
  *suggest(prefix) {
    for (const example of ['1/2', '1/3', '1/4']) if (example.startsWith(prefix)) yield { kind: 'literal', text: example };
  },
};

/** Reads a fault: `read-errors:DISK2:20`. */
export const faultWord: ValueParser<'sync', FaultWish> = {
  mode: 'sync',
  metavar: 'FAULT',
  placeholder: { kind: 'disk-pull', disk: usualDisk, amount: 0 },
  parse: (input) => {
    const wish = parseFaultWish(input);
    if (wish !== undefined) return { success: true, value: wish };
    const kinds = Object.keys(wishedFaults);
    const nearest = nearestWord(input.split(':')[0] ?? '', kinds);
    const hint = nearest === undefined ? message`` : message` Did you mean ${nearest}?`;
    return {
      success: false,
      error: message`Expected one of ${text(kinds.join(', '))}, with :DISK and :AMOUNT or without, but got ${input}.${hint}`,
    };
  },
  format: formatFaultWish,
  *suggest(prefix) {
    for (const [kind, { does }] of Object.entries(wishedFaults))
      if (kind.startsWith(prefix)) yield { kind: 'literal', text: kind, description: message`${text(does)}` };
  },
};

/** Reads a place on a disk: `1GiB+64KiB`. */
export const place: ValueParser<'sync', ByteRange> = {
  mode: 'sync',
  metavar: 'PLACE',
  placeholder: { offsetBytes: 0, lengthBytes: faultBlockBytes },
  parse: (input) => {
    const range = parseByteRange(input, faultBlockBytes);
    if (range !== undefined) return { success: true, value: range };
    return { success: false, error: message`Expected a place such as 1GiB+64KiB, 1GiB-2GiB or 1GiB, but got ${input}.` };
  },
  format: ({ offsetBytes, lengthBytes }) => `${String(offsetBytes)}+${String(lengthBytes)}`,
};

/** Reads a layout's name, or its file, which the command itself checks. */
export const layoutWord: ValueParser<'sync', string> = {
  mode: 'sync',
  metavar: 'LAYOUT',
  placeholder: '',
  parse: (input) => {
    if (isLayoutFile(input) || isLayoutName(input)) return { success: true, value: input };
    const nearest = nearestWord(input, layoutNames);
    const hint = nearest === undefined ? message`` : message` Did you mean ${nearest}?`;
    const names = layoutNames.join(', ');
    return { success: false, error: message`Expected one of ${text(names)}, or a file such as ./array.yaml, but got ${input}.${hint}` };
  },
  format: (word) => word,
  *suggest(prefix) {
    for (const word of layoutNames) if (word.startsWith(prefix)) yield { kind: 'literal', text: word };
    yield { kind: 'file', type: 'file', extensions: ['.yaml', '.yml'], pattern: prefix };
  },
};

/** Reads a word of a kind that a layout file has. */
export function kindOfWord(
  metavar: 'CIPHER' | 'LABEL' | 'NAME' | 'OPTION' | 'PATH',
  kind: Kind<string>,
  examples: readonly string[],
): ValueParser<'sync', string> {
  return {
    mode: 'sync',
    metavar,
    placeholder: '',
    parse: (input) => {
      const { is } = kind.read({ is: 'scalar', value: input, span: { start: 0, length: input.length } }, metavar);
      if (is === 'read') return { success: true, value: input };
      return { success: false, error: message`Expected ${text(kind.expected)}, but got ${input}.` };
    },
    format: (word) => word,
    *suggest(prefix) {
      for (const word of examples) if (word.startsWith(prefix)) yield { kind: 'literal', text: word };
    },
  };
}
