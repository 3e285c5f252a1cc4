import { BadJson, readVersioned } from '../parsing/json-shape.ts';
import { factsShape, factsVersion } from './facts.ts';
import type { Facts } from './facts.ts';

/** The largest document that is read, bytes. */
export const mostFactsBytes = 16 * 1024 ** 2;

/** Parses a document of facts, which may come from anybody; throws {@link BadJson}, whose message completes "… is no document of facts: ". */
export function readFacts(json: string): Facts {
  const read = readVersioned(factsShape, factsVersion, json);
  if (read.is === 'newer') throw new BadJson(`it has version ${String(read.version)}, and this raidlab knows ${String(factsVersion)}`);
  return read.value;
}
