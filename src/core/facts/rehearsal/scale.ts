/** Disks of a lab that stand for larger ones. */
export interface ScaledDisks {
  /** In the order of the real ones, bytes. */
  readonly sizesBytes: readonly number[];
  /** How many real bytes a byte of the lab stands for, at least 1. */
  readonly factor: number;
  /** Whether every disk has its share; otherwise small ones are larger than that, because a lab's cannot be smaller. */
  readonly isToScale: boolean;
}

/** The largest disk of a lab, bytes: it is sparse, but guests see its size. */
const mostBytes = 1024 ** 4;

/** Partitioning and LUKS count in mebibytes. */
const unitBytes = 1024 ** 2;

/** Scales disks down so that the smallest has `leastBytes`; those that are small enough already stay as they are. All sizes must be known, more than 0. */
export function scaleDisks(realBytes: readonly number[], leastBytes: number): ScaledDisks {
  const [smallest, largest] = [Math.min(...realBytes), Math.max(...realBytes)];
  const factor = Math.max(1, smallest / leastBytes, largest / mostBytes);
  const shares = realBytes.map((bytes) => (factor === 1 ? bytes : Math.round(bytes / factor / unitBytes) * unitBytes));
  const sizesBytes = shares.map((bytes) => Math.max(leastOf(realBytes, leastBytes), bytes));
  return { sizesBytes, factor, isToScale: sizesBytes.every((bytes, index) => bytes === shares[index]) };
}

/** Real disks may be smaller than what a lab has by itself. */
function leastOf(realBytes: readonly number[], leastBytes: number): number {
  return Math.min(leastBytes, ...realBytes);
}
