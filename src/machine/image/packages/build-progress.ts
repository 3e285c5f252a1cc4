/** A phase of a build that mmdebstrap announces with its own line. */
export interface BuildPhase {
  /** Occurs in the line that starts it. */
  readonly startsWith: string;
  /** For people. */
  readonly detail: string;
  /** Its end as a share of the whole, 0 to 1; measured. */
  readonly until: number;
}

/** The progress of a build. */
export interface BuildProgress {
  /** 0 to 1; never falls. */
  readonly fraction: number;
  readonly detail: string;
  /** Index of the phase, -1 before the first. */
  readonly phase: number;
  /** Packages that apt announced for this phase. */
  readonly packagesWanted: number;
  /** Lines about single packages in this phase. */
  readonly packageLines: number;
}

/** Shown before mmdebstrap has printed anything. */
export const firstProgress: BuildProgress = { fraction: 0, detail: 'starting', phase: -1, packagesWanted: 0, packageLines: 0 };

/** The phases of `mmdebstrap --variant=essential`, up to our customize hook; as shares of the 22 s measured on a 2-core machine. */
export const toolsPhases: readonly BuildPhase[] = [
  { startsWith: 'I: running apt-get update', detail: 'reading the package lists', until: 0.2 },
  { startsWith: 'I: downloading packages', detail: 'fetching packages', until: 0.28 },
  { startsWith: 'I: extracting archives', detail: 'unpacking packages', until: 0.42 },
  { startsWith: 'I: installing essential packages', detail: 'installing packages', until: 0.58 },
  { startsWith: 'I: installing remaining packages', detail: 'installing packages', until: 0.8 },
  { startsWith: 'I: running --customize-hook', detail: 'packing the image', until: 0.99 },
];

/** The same for an installed system; as shares of the 128 s measured for bookworm on a busy one: its initramfs is made while packages are installed. */
export const systemPhases: readonly BuildPhase[] = [
  { startsWith: 'I: running apt-get update', detail: 'reading the package lists', until: 0.08 },
  { startsWith: 'I: downloading packages', detail: 'fetching packages', until: 0.1 },
  { startsWith: 'I: extracting archives', detail: 'unpacking packages', until: 0.16 },
  { startsWith: 'I: installing essential packages', detail: 'installing packages', until: 0.24 },
  { startsWith: 'I: installing remaining packages', detail: 'installing packages and making the initramfs', until: 0.78 },
  { startsWith: 'I: running --customize-hook', detail: 'packing the image', until: 0.99 },
];

/** The phases of `mmdebstrap --variant=extract`; what follows (modules, initramfs) is the rest to 1. */
export const kernelPhases: readonly BuildPhase[] = [
  { startsWith: 'I: running apt-get update', detail: 'reading the package lists', until: 0.25 },
  { startsWith: 'I: downloading packages', detail: 'fetching packages', until: 0.35 },
  { startsWith: 'I: extracting archives', detail: 'unpacking packages', until: 0.45 },
  { startsWith: 'I: creating tarball', detail: 'taking the kernel out', until: 0.5 },
];

/** Gives the progress after another line of `mmdebstrap --verbose`. */
export function observeBuildLine(progress: BuildProgress, phases: readonly BuildPhase[], line: string): BuildProgress {
  const started = phases.findIndex((phase) => line.startsWith(phase.startsWith));
  if (started > progress.phase) {
    const fraction = started === 0 ? 0 : (phases[started - 1]?.until ?? 0);
    return { fraction, detail: phases[started]?.detail ?? '', phase: started, packagesWanted: 0, packageLines: 0 };
  }
  // apt-get(8) with --no-install-recommends: "0 upgraded, 73 newly installed, 0 to remove and 0 not upgraded."
  const wanted = /\b(\d+) newly installed\b/.exec(line)?.[1];
  if (wanted !== undefined) return { ...progress, packagesWanted: Number(wanted) };
  if (progress.packagesWanted === 0 || !/^(?:Get:\d+|Unpacking|Setting up) /.test(line)) return progress;
  const phase = phases[progress.phase];
  const start = phases[progress.phase - 1]?.until ?? 0;
  const packageLines = progress.packageLines + 1;
  // At most three lines per package: fetched, unpacked, set up.
  const done = Math.min(1, packageLines / (3 * progress.packagesWanted));
  return { ...progress, packageLines, fraction: Math.max(progress.fraction, start + ((phase?.until ?? 1) - start) * done) };
}
