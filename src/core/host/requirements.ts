/** A package that brings something, by distribution. */
export interface PackageNames {
  /** What Debian calls it, and every distribution that is not in `packages`. */
  readonly package: string;
  /** By the distribution's id, where it is called otherwise; null: the distribution has none. */
  readonly packages?: Readonly<Record<string, string | null>>;
}

/** A program that raidlab starts on the host, as setup/requirements.json has it. */
export interface ProgramRequirement extends PackageNames {
  readonly program: string;
  /** What it does here, to complete "it …". */
  readonly why: string;
  /** The oldest version that will do where KVM works: `8.2`. */
  readonly atLeast?: string;
  readonly whyAtLeast?: string;
  /** The oldest version that will do where the processor is emulated, if that is another one. */
  readonly atLeastEmulated?: string;
  readonly whyAtLeastEmulated?: string;
  /** Needed only where an image has to be built: what is in the cache runs without it. */
  readonly onlyToBuild?: boolean;
  /** Needed only by who is not root. */
  readonly only?: 'ordinary-user';
}

/** A file that must be there. */
export interface FileRequirement extends PackageNames {
  /** Stable and kebab-case. */
  readonly name: string;
  readonly hostPath: string;
  /** What it does here, to complete "it …". */
  readonly why: string;
  /** As for a program. */
  readonly onlyToBuild?: boolean;
}

/** A family of Linux distributions, whose packages have the same names. */
export interface Distribution {
  readonly id: string;
  /** For people: `Arch Linux`. */
  readonly name: string;
  /** What its members have as ID, or among ID_LIKE, in os-release(5). */
  readonly ids: readonly string[];
  /** The command that fetches its package lists, where installing does not do that itself. */
  readonly refresh?: readonly string[];
  /** The command that installs packages, without them. */
  readonly install: readonly string[];
  /** What of it raidlab was tried on; absent where nothing was. */
  readonly tested?: string;
}

/** The content of setup/requirements.json. */
export interface HostRequirements {
  readonly debian: { readonly oldest: number; readonly backports: { readonly codename: string; readonly release: string } };
  /** Those that others say they are like come before these: Red Hat's before Fedora. */
  readonly distributions: readonly Distribution[];
  readonly programs: readonly ProgramRequirement[];
  readonly files: readonly FileRequirement[];
}

/** What /etc/os-release says of a system. */
export interface OsFacts {
  readonly id: string;
  /** ID_LIKE: what it is like, the nearest first. */
  readonly like: readonly string[];
  readonly name: string;
  readonly version: number | null;
  readonly codename: string | null;
}

/** Gives the family of a system: by its own ID, else by the first thing it is like that is known; undefined when none is. */
export function findDistribution(distributions: readonly Distribution[], os: OsFacts): Distribution | undefined {
  for (const id of [os.id, ...os.like]) {
    const found = distributions.find(({ ids }) => ids.includes(id));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Tells whether a system is of a family that raidlab was tried on, and not merely like one. */
export function isTested(distribution: Distribution | undefined, os: OsFacts): boolean {
  return distribution?.tested !== undefined && distribution.ids.includes(os.id);
}

/** Gives what a distribution calls a package; null when it has none. */
export function packageIn(distribution: Distribution, names: PackageNames): string | null {
  const own = names.packages?.[distribution.id];
  return own === undefined ? names.package : own;
}
