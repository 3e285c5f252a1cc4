/**
 * A bundle: a run in one file, to be sent, kept and merged. It is a tar archive (ustar), compressed by gzip, so that anybody can open it:
 *
 *     bundle.json                  what it is: format, raidlab, host, accelerator; first
 *     events.ndjson                the events of the run, from which everything else is made
 *     result.json                  what the run came to, for other programs; not read
 *     <job>/<machine>/<file>       the evidence, byte for byte
 *
 * docs/bundles.md tells the same to people.
 */
import * as v from 'valibot';
import { accelerators } from '../host/accelerator.ts';
import { BadJson, count, oneOf, onlyFields, readVersioned, text } from '../parsing/json-shape.ts';
import { jobShape, runShape } from './event-shape.ts';

/** The newest version of the format; raised when something changes its meaning or goes away. */
export const bundleVersion = 1;

/** How much of a bundle is read. Nobody's run is as large: a thousand drills have 0.5 GB of evidence. */
export const bundleBounds = {
  /** Of the file, bytes. */
  mostCompressedBytes: 256 * 1024 ** 2,
  /** Of everything in it, bytes. */
  mostBytes: 1024 ** 3,
  mostFiles: 50_000,
  /** Of bundle.json, bytes. */
  mostHeadBytes: 64 * 1024,
} as const;

const shape = onlyFields({
  v: v.literal(bundleVersion),
  raidlab: text,
  node: text,
  run: runShape,
  /** The part of a larger run. */
  shard: v.nullable(onlyFields({ number: count(1), of: count(1) })),
  /** Nothing that says whose it is: neither name nor address. */
  host: onlyFields({ os: text, kernel: text, processor: text, cores: count(1), memoryBytes: count(0) }),
  accelerator: v.nullable(onlyFields({ name: oneOf(accelerators), reason: text })),
  /** How many files of evidence did not fit. */
  filesLeftOut: count(),
});

/** What a bundle says of itself: bundle.json. */
export type BundleHead = v.InferOutput<typeof shape>;

/** Reads bundle.json; throws {@link BadJson}, whose message completes "… is no bundle: ". */
export function readBundleHead(json: string): BundleHead {
  const read = readVersioned(shape, bundleVersion, json);
  if (read.is === 'newer')
    throw new BadJson(`it has version ${String(read.version)} of the format, and this raidlab knows ${String(bundleVersion)}`);
  return read.value;
}

/** Where a file of a bundle belongs. */
export type BundlePlace =
  | { readonly is: 'head' | 'events' | 'result' }
  /** `path` has one or two parts more: `main/console.log`. */
  | { readonly is: 'evidence'; readonly job: string; readonly path: readonly string[] };

/** One part of a name: nothing that leads elsewhere, is hidden, or surprises a shell. */
const part = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/u;

/** Tells where a file of a bundle belongs by its name; undefined for a name that no bundle has. */
export function placeInBundle(name: string): BundlePlace | undefined {
  if (name === 'bundle.json') return { is: 'head' };
  if (name === 'events.ndjson') return { is: 'events' };
  if (name === 'result.json') return { is: 'result' };
  const [job = '', ...path] = name.split('/');
  const isEvidence = v.is(jobShape, job) && path.length >= 1 && path.length <= 2 && path.every((each) => part.test(each));
  return isEvidence ? { is: 'evidence', job, path } : undefined;
}
