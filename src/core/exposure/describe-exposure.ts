import { formatSize } from '../text/size.ts';
import type { Exposure } from './exposure.ts';

/** Gives exposure in a line: `exposed 41 s, at most 44 MiB, 12 MiB at the end`, or that there was none. */
export function describeExposure({ exposedMs, mostBytes, endBytes }: Exposure): string {
  if (mostBytes === 0) return 'exposed: never';
  const end = endBytes === 0 ? 'nothing' : formatSize(endBytes);
  return `exposed ${String(Math.round(exposedMs / 1000))} s, at most ${formatSize(mostBytes)}, ${end} at the end`;
}
