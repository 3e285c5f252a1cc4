import { formatSize } from '../text/size.ts';
import type { ExposureNumbers } from './exposure.ts';

/** Gives exposure in a few words, behind the word exposed: `41 s, at most 44 MiB, 12 MiB at the end`, or `never`. */
export function describeExposure({ exposedMs, mostBytes, endBytes }: ExposureNumbers): string {
  if (mostBytes === 0) return 'never';
  const end = endBytes === 0 ? 'nothing' : formatSize(endBytes);
  return `${String(Math.round(exposedMs / 1000))} s, at most ${formatSize(mostBytes)}, ${end} at the end`;
}
