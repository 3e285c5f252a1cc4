/*
 * Pseudo-random numbers, the same everywhere for the same seed. Not for secrets.
 *
 * Generator: xoshiro128**, D. Blackman and S. Vigna, https://prng.di.unimi.it/xoshiro128starstar.c (public domain).
 * Seeding: FNV-1a (32 bit, http://www.isthe.com/chongo/tech/comp/fnv/) of the seed's UTF-16 code units, spread into the
 * four state words by a Weyl sequence through MurmurHash3's 32-bit finaliser (A. Appleby, public domain), as splitmix does in 64 bits.
 */

/** A deterministic stream of numbers; it has state, so each user opens their own. */
export interface Prng {
  /** Gives the next 32-bit unsigned integer. */
  next(): number;
  /** Gives an integer from 0 to `limit` - 1; `limit` is a positive integer up to 2^32. */
  below(limit: number): number;
  /** Fills the words with the numbers that so many calls of `next` would give. */
  fill(words: Uint32Array): void;
}

/** Gives FNV-1a of a text's code units, 32-bit unsigned; for ASCII the same as FNV-1a of its bytes. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** Gives word `index` of the sequence that begins at `start`: a Weyl step of the golden ratio, then MurmurHash3's finaliser. 32-bit unsigned. */
export function spreadWord(start: number, index: number): number {
  let word = (start + Math.imul(index + 1, 0x9e3779b9)) | 0;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

/** Opens the stream of a seed. */
export function openPrng(seed: string): Prng {
  const start = hashText(seed);
  // The finaliser is a bijection, so the four words of a Weyl sequence cannot all be zero, the one state that xoshiro must not have.
  const state = Uint32Array.of(spreadWord(start, 0), spreadWord(start, 1), spreadWord(start, 2), spreadWord(start, 3));
  const one = new Uint32Array(1);
  const next = (): number => {
    step(state, one);
    return one[0] ?? 0;
  };
  return {
    next,
    // The bias of scaling 32 bits down is below 2^-20 for the limits used here, and nothing depends on it.
    below: (limit) => Math.floor((next() / 0x1_0000_0000) * limit),
    fill: (words) => {
      step(state, words);
    },
  };
}

function step(state: Uint32Array, output: Uint32Array): void {
  let [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = state;
  for (let index = 0; index < output.length; index += 1) {
    const scaled = Math.imul(s1, 5);
    output[index] = Math.imul((scaled << 7) | (scaled >>> 25), 9);
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
  }
  state.set([s0, s1, s2, s3]);
}
