import { RaidlabError } from '../failure/failure.ts';
import { nearestWord } from '../text/nearest-word.ts';

/** Where a kernel comes from, as a person says it. */
export type KernelChoice =
  /** The kernel that a Debian suite has now. */
  | { readonly suite: string }
  /** The newest that the suites have of a version: `6.1`, `6.12.95`; or the very one that is called so: `6.1.0-50-cloud-amd64`. */
  | { readonly version: string }
  /** Debian packages: linux-image, and where it is split, what holds its files. */
  | { readonly packageHostPaths: readonly string[] }
  /** A directory with vmlinuz, and modules below lib/modules/VERSION. */
  | { readonly directoryHostPath: string };

/**
 * Reads what was typed for a kernel: a suite, a version, `.deb` files with commas between them, or a directory, which has a slash in it
 * (`./linux`), so that it cannot be taken for a suite. `suites`: the names that are known. Looks at no file.
 *
 * Throws `image/unknown-kernel`, with the suite that was probably meant.
 */
export function parseKernelChoice(text: string, suites: readonly string[]): KernelChoice {
  if (suites.includes(text)) return { suite: text };
  const parts = text.split(',').filter((part) => part !== '');
  if (parts.length > 0 && parts.every((part) => part.endsWith('.deb'))) return { packageHostPaths: parts };
  if (text.includes('/')) return { directoryHostPath: text };
  if (/^\d+(?:[.~+-]?\w+)*$/u.test(text)) return { version: text };
  const nearest = nearestWord(text, suites);
  throw new RaidlabError({
    area: 'image',
    reason: 'unknown-kernel',
    kernel: text,
    known: suites,
    nearest,
  });
}

/** Gives the words that {@link parseKernelChoice} reads as this choice. */
export function formatKernelChoice(choice: KernelChoice): string {
  if ('suite' in choice) return choice.suite;
  if ('version' in choice) return choice.version;
  if ('packageHostPaths' in choice) return choice.packageHostPaths.join(',');
  return choice.directoryHostPath;
}

/** Gives a choice in words, to complete "building the …": `kernel of trixie`, `kernel 6.12`, `kernel of ./linux`. */
export function describeKernelChoice(choice: KernelChoice): string {
  return 'version' in choice ? `kernel ${choice.version}` : `kernel of ${formatKernelChoice(choice)}`;
}

/** Gives what was typed for the kernel that {@link describeKernelChoice} describes so; undefined when that describes none. */
export function kernelOfDescription(description: string): string | undefined {
  return /^kernel (?:of )?(.+)$/u.exec(description)?.[1];
}

/** Gives the choice with its paths made absolute by `resolve`. */
export function resolveKernelChoice(choice: KernelChoice, resolve: (hostPath: string) => string): KernelChoice {
  if ('packageHostPaths' in choice) return { packageHostPaths: choice.packageHostPaths.map(resolve) };
  if ('directoryHostPath' in choice) return { directoryHostPath: resolve(choice.directoryHostPath) };
  return choice;
}
