import { joinBytes, utf8 } from '../bytes/bytes.ts';
import { dataOf, zeros } from './content.ts';
import { dataBytes, isSparse } from './entry.ts';
import type { FileEntry, PayloadEntry, PayloadPlan } from './entry.ts';
import { blockBytes, blockPadding, bytesOfHex, fitsUstar, paxRecords, recordBytes, ustarBlock } from './pax.ts';
import type { PaxRecord, UstarHeader } from './pax.ts';

/** A piece of an archive; `content` says where it belongs in its file, and is null for headers and padding. */
export interface TarPiece {
  readonly bytes: Uint8Array;
  readonly content: { readonly entry: FileEntry; readonly offset: number } | null;
}

/**
 * Gives the payload as a pax archive, piece by piece. GNU tar, as root, restores all of it with `tar --xattrs --xattrs-include=user.*
 * -xpf DEVICE -C DIRECTORY`: attributes, owners, times to the nanosecond, holes as holes.
 */
export function* tarPieces(plan: PayloadPlan): Generator<TarPiece> {
  let written = 0;
  for (const entry of plan.entries) {
    for (const piece of entryPieces(plan, entry)) {
      written += piece.bytes.length;
      yield piece;
    }
  }
  // Two zero blocks end an archive; more of them fill the last record.
  const ended = written + 2 * blockBytes;
  for (const bytes of zeros(Math.ceil(ended / recordBytes) * recordBytes - written)) yield { bytes, content: null };
}

/** Gives the payload as a pax archive: the bytes of {@link tarPieces}. */
export function* tarOf(plan: PayloadPlan): Generator<Uint8Array> {
  for (const piece of tarPieces(plan)) yield piece.bytes;
}

function* entryPieces(plan: PayloadPlan, entry: PayloadEntry): Generator<TarPiece> {
  const map = entry.kind === 'file' && isSparse(entry) ? sparseMap(entry) : new Uint8Array(0);
  const storedBytes = entry.kind === 'file' ? map.length + dataBytes(entry) : 0;
  yield headerPiece(joinBytes([...headerBlocks(plan, entry, storedBytes), map]));
  if (entry.kind !== 'file') return;
  for (const piece of dataOf(entry)) yield { bytes: piece.bytes, content: { entry, offset: piece.offset } };
  const padding = blockPadding(storedBytes);
  if (padding.length > 0) yield headerPiece(padding);
}

function headerPiece(bytes: Uint8Array): TarPiece {
  return { bytes, content: null };
}

function headerBlocks(plan: PayloadPlan, entry: PayloadEntry, storedBytes: number): readonly Uint8Array[] {
  const name = archiveName(plan, entry.path) + (entry.kind === 'directory' ? '/' : '');
  const sparse = entry.kind === 'file' && isSparse(entry);
  const linkName = entry.kind === 'hard-link' ? archiveName(plan, entry.target) : entry.kind === 'symlink' ? entry.target : '';
  const [seconds = '0', nanoseconds = ''] = entry.mtime.split('.');
  const records: PaxRecord[] = [];
  if (sparse) records.push(...sparseRecords(entry, name));
  else if (!fitsUstar(name, 100)) records.push(['path', name]);
  if (!fitsUstar(linkName, 100)) records.push(['linkpath', linkName]);
  if (/[1-9]/u.test(nanoseconds)) records.push(['mtime', entry.mtime.replace(/0+$/u, '')]);
  if (entry.kind === 'file' || entry.kind === 'directory') {
    for (const xattr of entry.xattrs) records.push([`SCHILY.xattr.${xattr.name}`, bytesOfHex(xattr.valueHex)]);
  }
  const header: UstarHeader = {
    name: hint(name),
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    sizeBytes: storedBytes,
    mtimeSeconds: Number(seconds),
    type: typeFlags[entry.kind],
    linkName: hint(linkName),
  };
  return [...(records.length === 0 ? [] : extendedBlocks(records, header)), ustarBlock(header)];
}

const typeFlags = { file: '0', 'hard-link': '1', symlink: '2', directory: '5' } as const;

function extendedBlocks(records: readonly PaxRecord[], header: UstarHeader): readonly Uint8Array[] {
  const content = paxRecords(records);
  const own: UstarHeader = { ...header, name: 'PaxHeaders/entry', mode: 0o644, sizeBytes: content.length, type: 'x', linkName: '' };
  return [ustarBlock(own), content, blockPadding(content.length)];
}

function archiveName(plan: PayloadPlan, path: string): string {
  return path === '.' ? plan.directory : `${plan.directory}/${path}`;
}

/** The part that fits of a name that a pax record gives in full. */
function hint(name: string): string {
  return name.replace(/[^\x20-\x7e]/gu, '_').slice(0, 100);
}

function sparseRecords(entry: FileEntry, name: string): readonly PaxRecord[] {
  return [
    ['GNU.sparse.major', '1'],
    ['GNU.sparse.minor', '0'],
    ['GNU.sparse.name', name],
    ['GNU.sparse.realsize', String(entry.sizeBytes)],
  ];
}

/** Precedes the data: the number of runs, then offset and length of each, one per line, padded to whole blocks. */
function sparseMap(entry: FileEntry): Uint8Array {
  const last = entry.data.at(-1);
  const endsInHole = last === undefined || last.offset + last.lengthBytes < entry.sizeBytes;
  // A file that ends in a hole has an empty run at its end, as GNU tar writes it.
  const runs = endsInHole ? [...entry.data, { offset: entry.sizeBytes, lengthBytes: 0 }] : entry.data;
  const lines = [runs.length, ...runs.flatMap((run) => [run.offset, run.lengthBytes])];
  const map = utf8(`${lines.join('\n')}\n`);
  return joinBytes([map, blockPadding(map.length)]);
}
