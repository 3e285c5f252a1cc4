import { RaidlabError } from '../failure/failure.ts';

/** Where a kernel comes from, as a person says it. */
export type KernelChoice =
  /** The current kernel of a Debian suite. */
  | { readonly suite: string }
  /** The newest kernel of a version in any suite: `6.1`, `6.12.95`; or exactly the kernel of that name: `6.1.0-50-cloud-amd64`. */
  | { readonly version: string }
  /** Debian packages: linux-image, and where it is split, the packages with its files. */
  | { readonly packageHostPaths: readonly string[] }
  /** A directory with vmlinuz, and modules below lib/modules/VERSION. */
  | { readonly directoryHostPath: string };

/**
 * Parses `--kernel`: a suite, a version, `.deb` files separated by commas, or a directory, which contains a slash (`./linux`) so that it
 * cannot be mistaken for a suite. `suites`: the known names. Does not look at files. Throws `image/unknown-kernel`, with the suite that
 * was probably meant.
 */
export function parseKernelChoice(text: string, suites: readonly string[]): KernelChoice {
  if (suites.includes(text)) return { suite: text };
  const parts = text.split(',').filter((part) => part !== '');
  if (parts.length > 0 && parts.every((part) => part.endsWith('.deb'))) return { packageHostPaths: parts };
  if (text.includes('/')) return { directoryHostPath: text };
  if (/^\d+(?:[.~+-]?\w+)*$/u.test(text)) return { version: text };
  throw new RaidlabError({ area: 'image', reason: 'unknown-kernel', kernel: text, known: suites });
}

/** Formats a choice so that {@link parseKernelChoice} reads it. */
export function formatKernelChoice(choice: KernelChoice): string {
  if ('suite' in choice) return choice.suite;
  if ('version' in choice) return choice.version;
  if ('packageHostPaths' in choice) return choice.packageHostPaths.join(',');
  return choice.directoryHostPath;
}

/** Describes a choice, to complete "building the …": `kernel of trixie`, `kernel 6.12`, `kernel of ./linux`. */
export function describeKernelChoice(choice: KernelChoice): string {
  return 'version' in choice ? `kernel ${choice.version}` : `kernel of ${formatKernelChoice(choice)}`;
}

/** Gives the choice that {@link describeKernelChoice} describes with these words, as it is typed; undefined when there is none. */
export function kernelOfDescription(description: string): string | undefined {
  return /^kernel (?:of )?(.+)$/u.exec(description)?.[1];
}

/** Gives the choice with its paths made absolute by `resolve`. */
export function resolveKernelChoice(choice: KernelChoice, resolve: (hostPath: string) => string): KernelChoice {
  if ('packageHostPaths' in choice) return { packageHostPaths: choice.packageHostPaths.map(resolve) };
  if ('directoryHostPath' in choice) return { directoryHostPath: resolve(choice.directoryHostPath) };
  return choice;
}
