import { joinBytes, utf8 } from './bytes.ts';

/** An overlay to be made. */
export interface OverlayShape {
  /** The size that the guest sees, bytes: that of the backing image. */
  readonly sizeBytes: number;
  /** The backing image's path, as written in the header; at most 1023 bytes. */
  readonly backingHostPath: string;
  readonly backingFormat: 'raw' | 'qcow2';
}

const clusterBits = 16;
const clusterBytes = 2 ** clusterBits;
/** What one entry of the first table covers: a table of clusters with eight bytes each. */
const l1Covers = (clusterBytes / 8) * clusterBytes;

/**
 * Gives the first clusters of a qcow2 image (version 3) that holds nothing of its own: all is read from the backing image. They
 * are the whole file: header, a reference count for each cluster, and an empty first table. Source: QEMU, docs/interop/qcow2.
 *
 *     cluster 0   header, the backing image's format and name
 *     cluster 1   table of reference count blocks: one
 *     cluster 2   the block: 1 for each of these clusters
 *     cluster 3 … first table (L1), all zero: nothing allocated
 */
export function formatQcow2Overlay(shape: OverlayShape): Uint8Array {
  const l1Entries = Math.ceil(shape.sizeBytes / l1Covers);
  const l1Clusters = Math.ceil((l1Entries * 8) / clusterBytes);
  const clusters = 3 + l1Clusters;
  const bytes = new Uint8Array(clusters * clusterBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(header(shape, l1Entries));
  view.setBigUint64(clusterBytes, BigInt(2 * clusterBytes));
  for (let cluster = 0; cluster < clusters; cluster += 1) view.setUint16(2 * clusterBytes + 2 * cluster, 1);
  return bytes;
}

const headerBytes = 104;

function header({ sizeBytes, backingHostPath, backingFormat }: OverlayShape, l1Entries: number): Uint8Array {
  const name = utf8(backingHostPath);
  if (name.length > 1023) throw new RangeError(`qcow2 takes names of at most 1023 bytes: ${backingHostPath}`);
  const fixed = new Uint8Array(headerBytes);
  const view = new DataView(fixed.buffer);
  const extensions = joinBytes([extension(0xe2792aca, utf8(backingFormat)), extension(0, new Uint8Array())]);
  fixed.set([0x51, 0x46, 0x49, 0xfb]);
  view.setUint32(4, 3);
  view.setBigUint64(8, BigInt(headerBytes + extensions.length));
  view.setUint32(16, name.length);
  view.setUint32(20, clusterBits);
  view.setBigUint64(24, BigInt(sizeBytes));
  view.setUint32(36, l1Entries);
  view.setBigUint64(40, BigInt(3 * clusterBytes));
  view.setBigUint64(48, BigInt(clusterBytes));
  view.setUint32(56, 1);
  // 2 ** 4 bits for a reference count.
  view.setUint32(96, 4);
  view.setUint32(100, headerBytes);
  return joinBytes([fixed, extensions, name]);
}

/** A header extension: type, length, data, padded to eight bytes. */
function extension(type: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + Math.ceil(data.length / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type);
  view.setUint32(4, data.length);
  bytes.set(data, 8);
  return bytes;
}

/** Gives the size that a guest sees of a qcow2 image, from the first 32 bytes of its file; undefined when it is not one. */
export function parseQcow2Size(beginning: Uint8Array): number | undefined {
  const view = new DataView(beginning.buffer, beginning.byteOffset, beginning.byteLength);
  if (beginning.length < 32 || view.getUint32(0) !== 0x514649fb) return undefined;
  return Number(view.getBigUint64(24));
}
