import type { Expectation } from '../core/expectation.ts';
import type { LayoutName } from '../core/named-layout.ts';
import { satisfies } from '../core/version-range.ts';
import type { Drill, VersionScope } from './drill.ts';

/** The versions that a drill is run on: of the kernel as it was released (what `uname -r` says orders nothing in Debian 11 and 12), of btrfs-progs as its package. */
export interface VersionsUnderTest {
  readonly kernel: string;
  readonly tools: string;
  /** The layout that was asked for by name. */
  readonly layout?: LayoutName;
}

/** Says why a drill is not made for a layout that was asked for by name; null when it is. */
export function whyNotOnLayout(drill: Drill, layout: LayoutName | undefined): string | null {
  if (layout === undefined || drill.layouts.includes(layout)) return null;
  const others = drill.layouts.length === 0 ? 'its own layout only' : `${drill.layouts.join(', ')} only`;
  return `it is not made for the layout ${layout}: ${others}`;
}

/** Says why a drill cannot be run on these versions; null when it can. */
export function whyNotOnVersions(drill: Drill, versions: VersionsUnderTest): string | null {
  const unmet = (drill.requires ?? []).find((requirement) => !isWithin(versions, requirement));
  return unmet === undefined ? null : `${unmet.because} (it needs ${describeScope(unmet)}; this is ${describeVersions(versions)})`;
}

/** Gives what is known of a drill on these versions, the first that is said of them; null when it is to hold. */
export function knownOnVersions(drill: Drill, versions: VersionsUnderTest): Expectation | null {
  const known = (drill.knowledge ?? []).find((knowledge) => isWithin(versions, knowledge));
  return known === undefined ? null : { verdict: known.verdict, because: known.because, breaks: known.breaks, source: known.source };
}

/** Gives a scope in words: `kernel >=5.14, btrfs-progs <6.6, layout raid10`. */
export function describeScope({ kernel, tools, layout }: VersionScope): string {
  const parts = [
    ['kernel', kernel],
    ['btrfs-progs', tools],
    ['layout', layout],
  ] as const;
  return parts.flatMap(([of, what]) => (what === undefined ? [] : [`${of} ${what}`])).join(', ');
}

function describeVersions({ kernel, tools }: VersionsUnderTest): string {
  return `kernel ${kernel}, btrfs-progs ${tools}`;
}

function isWithin(versions: VersionsUnderTest, { kernel, tools, layout }: VersionScope): boolean {
  return (
    (kernel === undefined || satisfies(versions.kernel, kernel)) &&
    (tools === undefined || satisfies(versions.tools, tools)) &&
    (layout === undefined || layout === versions.layout)
  );
}
