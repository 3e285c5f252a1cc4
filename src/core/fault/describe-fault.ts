import type { ByteRange, Fault } from './fault.ts';
import { formatSize } from '../text/size.ts';

/** Describes a fault without its disk: `read errors at 3 places`, `slow: 5 requests per second`. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'slow-disk': {
      const requests = fault.requestsPerSecond === undefined ? [] : [`${String(fault.requestsPerSecond)} requests per second`];
      const bytes = fault.bytesPerSecond === undefined ? [] : [`${formatSize(fault.bytesPerSecond)} per second`];
      return `slow: ${[...requests, ...bytes].join(', ')}`;
    }
    case 'header-wipe':
      return `the first ${formatSize(fault.lengthBytes)}${(fault.offsetBytes ?? 0) === 0 ? '' : ' of its partition'} wiped`;
    case 'silent-corruption':
      return `silent corruption ${describePlaces(fault.at)}`;
    case 'read-errors':
    case 'write-errors':
    case 'all-errors': {
      const what = { 'read-errors': 'read errors', 'write-errors': 'write errors', 'all-errors': 'read and write errors' }[fault.kind];
      if (fault.everyNth !== undefined) return `${what}, one request in ${String(fault.everyNth)}`;
      return fault.at === undefined ? what : `${what} ${describePlaces(fault.at)}`;
    }
  }
}

function describePlaces(ranges: readonly ByteRange[]): string {
  const [first] = ranges;
  if (ranges.length === 1 && first !== undefined) {
    return `at byte ${String(first.offsetBytes)}, ${formatSize(first.lengthBytes)}`;
  }
  const sizeBytes = ranges.reduce((sum, range) => sum + range.lengthBytes, 0);
  return `at ${String(ranges.length)} places, ${formatSize(sizeBytes)}`;
}
