/** The maximal size of a legacy frame's blocks: lz4_Frame_format.md, "Legacy frame". */
const blockBytes = 8 * 1024 * 1024;

/**
 * Unpacks an lz4 legacy frame, as Debian's kernels were packed until 2024. Included here because it is small, and neither Node nor a
 * minimal Debian has lz4. Throws RangeError for truncated or invalid data.
 */
export function unpackLz4Legacy(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const blocks: Uint8Array[] = [];
  for (let at = 4; at < frame.length;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (at + size > frame.length) throw new RangeError('lz4: the frame is cut off');
    blocks.push(unpackLz4Block(frame.subarray(at, at + size)));
    at += size;
  }
  return Buffer.concat(blocks);
}

/** Unpacks one lz4 block of at most 8 MiB: lz4_Block_format.md. */
export function unpackLz4Block(block: Uint8Array): Uint8Array {
  const out = new Uint8Array(blockBytes);
  let from = 0;
  let to = 0;
  const byte = (): number => {
    const value = block[from];
    if (value === undefined) throw new RangeError('lz4: the block is cut off');
    from += 1;
    return value;
  };
  /** A length of 15 continues in the following bytes, up to the first that is not 255. */
  const length = (nibble: number): number => {
    if (nibble < 15) return nibble;
    let sum = nibble;
    for (let more = 255; more === 255;) {
      more = byte();
      sum += more;
    }
    return sum;
  };
  while (from < block.length) {
    const token = byte();
    const literals = length(token >> 4);
    if (from + literals > block.length || to + literals > out.length) throw new RangeError('lz4: literals beyond the end');
    out.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence has literals only.
    if (from === block.length) break;
    const offset = byte() | (byte() << 8);
    const match = length(token & 15) + 4;
    if (offset === 0 || offset > to || to + match > out.length) throw new RangeError('lz4: a match beyond the edge');
    // A match may overlap what it writes: that is how lz4 repeats.
    if (offset >= match) out.copyWithin(to, to - offset, to - offset + match);
    else for (let i = 0; i < match; i += 1) out[to + i] = out[to - offset + i] ?? 0;
    to += match;
  }
  return out.subarray(0, to);
}
