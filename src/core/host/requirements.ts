/** A package that provides something, by distribution. */
export interface PackageNames {
  /** Its name in Debian and in distributions that are not in `packages`. */
  readonly package: string;
  /** By the distribution's id, where the name differs; null: the distribution does not have it. */
  readonly packages?: Readonly<Record<string, string | null>>;
}

/** A program that raidlab runs on the host, as in setup/requirements.json. */
export interface ProgramRequirement extends PackageNames {
  readonly program: string;
  /** What it is for, to complete "it …". */
  readonly why: string;
  /** The oldest sufficient version where KVM works: `8.2`. */
  readonly atLeast?: string;
  readonly whyAtLeast?: string;
  /** The oldest sufficient version where the processor is emulated, if that differs. */
  readonly atLeastEmulated?: string;
  readonly whyAtLeastEmulated?: string;
  /** Needed only to build images: cached ones run without it. */
  readonly onlyToBuild?: boolean;
  /** Needed only by users other than root. */
  readonly only?: 'ordinary-user';
}

/** A file that must exist. */
export interface FileRequirement extends PackageNames {
  /** Stable and kebab-case. */
  readonly name: string;
  readonly hostPath: string;
  /** What it is for, to complete "it …". */
  readonly why: string;
  /** As for a program. */
  readonly onlyToBuild?: boolean;
}

/** A family of Linux distributions with the same package names. */
export interface Distribution {
  readonly id: string;
  /** For people: `Arch Linux`. */
  readonly name: string;
  /** The ID of its members in os-release(5), or one of their ID_LIKE. */
  readonly ids: readonly string[];
  /** The command that fetches its package lists, if installing does not. */
  readonly refresh?: readonly string[];
  /** The command that installs packages, without their names. */
  readonly install: readonly string[];
  /** The systems on which raidlab was tested; absent if there are none. */
  readonly tested?: string;
}

/** The content of setup/requirements.json. */
export interface HostRequirements {
  readonly debian: { readonly oldest: number; readonly backports: { readonly codename: string; readonly release: string } };
  /** More specific families come first: Red Hat's before Fedora. */
  readonly distributions: readonly Distribution[];
  readonly programs: readonly ProgramRequirement[];
  readonly files: readonly FileRequirement[];
}

/** The contents of /etc/os-release. */
export interface OsFacts {
  readonly id: string;
  /** ID_LIKE: similar systems, closest first. */
  readonly like: readonly string[];
  readonly name: string;
  readonly version: number | null;
  readonly codename: string | null;
}

/** Gives the family of a system: by its own ID, otherwise by the first similar one that is known; undefined when there is none. */
export function findDistribution(distributions: readonly Distribution[], os: OsFacts): Distribution | undefined {
  for (const id of [os.id, ...os.like]) {
    const found = distributions.find(({ ids }) => ids.includes(id));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Tells whether raidlab was tested on a system's own family, not only on a similar one. */
export function isTested(distribution: Distribution | undefined, os: OsFacts): boolean {
  return distribution?.tested !== undefined && distribution.ids.includes(os.id);
}

/** Gives a distribution's name for a package; null when it does not have it. */
export function packageIn(distribution: Distribution, names: PackageNames): string | null {
  const own = names.packages?.[distribution.id];
  return own === undefined ? names.package : own;
}
