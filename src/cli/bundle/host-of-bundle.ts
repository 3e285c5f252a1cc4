import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { BundleHead } from '../../core/bundle/bundle-format.ts';
import { parseOsRelease } from '../../core/host/os-release.ts';

/** Gives what a bundle tells of this host: what one compares times by, and nothing that says whose it is. */
export function hostOfBundle(): BundleHead['host'] {
  return {
    os: osName(),
    kernel: release(),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

function osName(): string {
  try {
    return parseOsRelease(readFileSync('/etc/os-release', 'utf8')).name;
  } catch {
    return 'unknown';
  }
}
