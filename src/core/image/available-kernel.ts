import { compareVersions, parseVersion } from './version-range.ts';

/** A kernel that a suite offers. */
export interface AvailableKernel {
  /** `trixie-backports`; for the security archive, the suite it belongs to. */
  readonly suite: string;
  /** `linux-image-7.3.4+deb13-cloud-amd64`. */
  readonly package: string;
  /** The package's: `7.3.4-1~bpo13+1`. */
  readonly version: string;
}

/** A kernel that a suite names but that is unavailable: no suite has the packages with its files. */
export interface IncompleteKernel extends AvailableKernel {
  /** `linux-modules-7.0.13+deb13-cloud-amd64`. */
  readonly missing: readonly string[];
}

/** Sorts kernels from oldest to newest. */
export function orderKernels<Kernel extends AvailableKernel>(kernels: readonly Kernel[]): readonly Kernel[] {
  return kernels.toSorted((one, other) => compareVersions(parseVersion(one.version), parseVersion(other.version)));
}

/**
 * Gives the newest of the kernels that match what was typed: the beginning of a version, by whole numbers (`6.1` is not 6.12), or a
 * kernel's own name as `uname -r` prints it, with or without its flavour. Undefined when none does.
 */
export function newestMatch<Kernel extends AvailableKernel>(kernels: readonly Kernel[], typed: string): Kernel | undefined {
  return orderKernels(kernels).findLast((kernel) => isNamed(kernel, typed) || isWithin(kernel.version, typed));
}

/** Gives the versions of kernels without their last number, oldest first: `6.12`. */
export function kernelSeries(kernels: readonly AvailableKernel[]): readonly string[] {
  return [...new Set(orderKernels(kernels).map(({ version }) => parseVersion(version).numbers.slice(0, 2).join('.')))];
}

function isNamed(kernel: AvailableKernel, typed: string): boolean {
  return [`linux-image-${typed}`, `linux-image-${typed}-cloud-amd64`].includes(kernel.package);
}

function isWithin(version: string, typed: string): boolean {
  // More than numbers is a kernel's name, not the beginning of a version.
  if (!/^\d+(?:\.\d+)*(?:~rc\d+)?$/u.test(typed)) return false;
  const [has, wanted] = [parseVersion(version), parseVersion(typed)];
  const isBeginning = wanted.numbers.every((number, index) => has.numbers[index] === number);
  return isBeginning && (wanted.candidate === null || wanted.candidate === has.candidate);
}
