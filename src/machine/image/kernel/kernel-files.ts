import { RaidlabError } from '../../../core/failure/failure.ts';

/** A kernel's files, unpacked where they may be changed. */
export interface KernelFiles {
  /** As `uname -r` says; the name of the modules' directory. */
  readonly version: string;
  readonly vmlinuzHostPath: string;
  /** Holds usr/lib/modules/VERSION. */
  readonly unpackedHostPath: string;
  /** A statically linked busybox. */
  readonly busyboxHostPath: string;
  /** Versions of the packages that it was taken from, by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** For people: `trixie (linux-image-cloud-amd64 6.12.117-1)`. */
  readonly description: string;
  /** What the person knows it by, for messages: a path, or the name of its source. */
  readonly shownHostPath: string;
}

/** Gives the failure of files that are no kernel; `why` completes "There is no usable kernel in …:", without a full stop. */
export function unusableKernel(hostPath: string, why: string, remedy: string): RaidlabError {
  return new RaidlabError({ area: 'image', reason: 'unusable-kernel-files', hostPath, why, remedy });
}
