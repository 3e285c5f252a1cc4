import { satisfies } from '../image/version-range.ts';

/** The kernel and the mkfs.btrfs that must work together. */
export interface MkfsParts {
  /** The Linux version it was built from: `3.16.0`. */
  readonly kernelVersion: string;
  /** What its btrfs knows, see `KernelAbilities`; undefined: only its version tells. */
  readonly btrfsFeatures: readonly string[] | undefined;
  /** Of btrfs-progs. */
  readonly progsVersion: string;
}

/**
 * A feature that mkfs.btrfs turns on by itself. Source: mkfs.btrfs(8), `-O list-all` and `-R list-all` of btrfs-progs 6.2, CHANGES of
 * 5.15 and 6.19.
 */
interface MkfsFeature {
  /** Its name in mkfs.btrfs. */
  readonly name: string;
  /** `-R` takes what became a feature of `-O` in btrfs-progs 6.3, and still does. */
  readonly option: '-O' | '-R';
  readonly kernelName: string;
  /** The first kernel that knows it. */
  readonly since: string;
  /** The first kernel that mkfs.btrfs calls safe with it: knowing it is not enough. */
  readonly safeSince: string;
  /** The first btrfs-progs that turns it on by itself. */
  readonly defaultSince: string;
  /** The feature it depends on; mkfs.btrfs drops both. */
  readonly needs: readonly string[];
}

const features: readonly MkfsFeature[] = [
  {
    name: 'free-space-tree',
    option: '-R',
    kernelName: 'free_space_tree',
    since: '4.5',
    safeSince: '4.9',
    defaultSince: '5.15',
    needs: [],
  },
  { name: 'no-holes', option: '-O', kernelName: 'no_holes', since: '3.14', safeSince: '4.0', defaultSince: '5.15', needs: [] },
  {
    name: 'block-group-tree',
    option: '-O',
    kernelName: 'block_group_tree',
    since: '6.1',
    safeSince: '6.1',
    defaultSince: '6.19',
    needs: ['free-space-tree', 'no-holes'],
  },
];

/**
 * Gives the options that keep mkfs.btrfs from turning on what the kernel does not support: `-R ^free-space-tree -O ^no-holes` for 3.16.
 * Empty for a kernel that supports everything this mkfs.btrfs turns on.
 */
export function planMkfsFeatures({ kernelVersion, btrfsFeatures, progsVersion }: MkfsParts): readonly string[] {
  const isAtLeast = (version: string, least: string): boolean => satisfies(version, `>=${least}`);
  const bears = (feature: MkfsFeature): boolean =>
    btrfsFeatures === undefined
      ? isAtLeast(kernelVersion, feature.safeSince)
      : btrfsFeatures.includes(feature.kernelName) &&
        // A backported feature is safe, because somebody made it so; an original one is as it was at that version.
        (isAtLeast(kernelVersion, feature.safeSince) || !isAtLeast(kernelVersion, feature.since));
  const refused = features.filter((feature) => isAtLeast(progsVersion, feature.defaultSince) && !bears(feature));
  const names = refused.map(({ name }) => name);
  return refused.filter(({ needs }) => !needs.some((needed) => names.includes(needed))).flatMap(({ option, name }) => [option, `^${name}`]);
}
