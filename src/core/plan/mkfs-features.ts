import { satisfies } from '../image/version-range.ts';

/** The kernel and the mkfs.btrfs that have to get on with each other. */
export interface MkfsParts {
  /** The Linux that it was built from: `3.16.0`. */
  readonly kernelVersion: string;
  /** What its btrfs knows, see `KernelAbilities`; undefined: only its version tells. */
  readonly btrfsFeatures: readonly string[] | undefined;
  /** Of btrfs-progs. */
  readonly progsVersion: string;
}

/** A feature that mkfs.btrfs turns on by itself. Source: mkfs.btrfs(8), `-O list-all` and `-R list-all` of btrfs-progs 6.2, CHANGES of 5.15 and 6.19. */
interface MkfsFeature {
  /** As mkfs.btrfs calls it. */
  readonly name: string;
  /** `-R` takes what became a feature of `-O` in btrfs-progs 6.3, and still does. */
  readonly option: '-O' | '-R';
  readonly kernelName: string;
  /** The first kernel that knows it. */
  readonly since: string;
  /** The first kernel that mkfs.btrfs calls safe with it: knowing is not enough. */
  readonly safeSince: string;
  /** The first btrfs-progs that turns it on by itself. */
  readonly defaultSince: string;
  /** Without these it cannot be; mkfs.btrfs drops it with them. */
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
 * Gives the words that keep mkfs.btrfs from turning on what the kernel does not support: `-R ^free-space-tree -O ^no-holes` for a 3.16.
 * None for a kernel that bears all that this mkfs.btrfs turns on.
 */
export function planMkfsFeatures({ kernelVersion, btrfsFeatures, progsVersion }: MkfsParts): readonly string[] {
  const isAtLeast = (version: string, least: string): boolean => satisfies(version, `>=${least}`);
  const bears = (feature: MkfsFeature): boolean =>
    btrfsFeatures === undefined
      ? isAtLeast(kernelVersion, feature.safeSince)
      : btrfsFeatures.includes(feature.kernelName) &&
        // What somebody took back into an older kernel, they made safe; what it always had, it has as it was then.
        (isAtLeast(kernelVersion, feature.safeSince) || !isAtLeast(kernelVersion, feature.since));
  const refused = features.filter((feature) => isAtLeast(progsVersion, feature.defaultSince) && !bears(feature));
  const names = refused.map(({ name }) => name);
  return refused.filter(({ needs }) => !needs.some((needed) => names.includes(needed))).flatMap(({ option, name }) => [option, `^${name}`]);
}
