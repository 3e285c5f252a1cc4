import { RaidlabError } from '../../../core/failure/failure.ts';

/** A kernel's files, unpacked where they may be changed. */
export interface KernelFiles {
  /** As `uname -r` says; also the name of the modules' directory. */
  readonly version: string;
  readonly vmlinuzHostPath: string;
  /** Contains usr/lib/modules/VERSION. */
  readonly unpackedHostPath: string;
  /** A statically linked busybox. */
  readonly busyboxHostPath: string;
  /** Versions of the packages it came from, by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** For people: `trixie (linux-image-cloud-amd64 6.12.117-1)`. */
  readonly description: string;
  /** The person's name for it, for messages: a path, or the name of its source. */
  readonly shownHostPath: string;
}

/** Gives the failure for unusable kernel files; `why` completes "There is no usable kernel in …:", without a full stop. */
export function unusableKernel(hostPath: string, why: string, remedy: string): RaidlabError {
  return new RaidlabError({ area: 'image', reason: 'unusable-kernel-files', hostPath, why, remedy });
}
