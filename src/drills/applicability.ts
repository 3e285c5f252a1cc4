import type { Expectation } from '../core/verdict/expectation.ts';
import type { ArrayLayout } from '../core/layout/layout.ts';
import { namedLayouts } from '../core/layout/named-layout.ts';
import type { LayoutName } from '../core/layout/named-layout.ts';
import { metadataProfileOf } from '../core/layout/profile.ts';
import { satisfies } from '../core/image/version-range.ts';
import type { Drill, Requirement, VersionScope } from './drill.ts';

/** The versions that a drill is run on: of the kernel as it was released (what `uname -r` says orders nothing in Debian 11 and 12), of btrfs-progs as its package. */
export interface VersionsUnderTest {
  readonly kernel: string;
  readonly tools: string;
  /** The layout that was asked for by name, or that the one in a file is like. */
  readonly layout?: LayoutName;
}

/** A layout that a person named: one that raidlab knows, or one in a file of theirs. */
export type LayoutAsked =
  { readonly is: 'name'; readonly name: LayoutName } | { readonly is: 'file'; readonly file: string; readonly layout: ArrayLayout };

/**
 * Says why a drill is not made for a layout that was asked for; null when it is. One in a file is like a named one that the drill is
 * made for when it has its profile, as many members, and as many spares at least; sizes are its own.
 */
export function whyNotOnLayout(drill: Drill, asked: LayoutAsked | undefined): string | null {
  if (asked === undefined) return null;
  if (likeNamedLayout(drill, asked) !== undefined) return null;
  const others = drill.layouts.length === 0 ? 'its own layout only' : `${drill.layouts.join(', ')} only`;
  if (asked.is === 'name') return `it is not for the layout ${asked.name}: ${others}`;
  return `it is not for ${describeShape(asked.layout)} (${asked.file}): ${others}`;
}

/** Gives the named layout that was asked for, where a drill is made for it or for one of its shape; for one in a file the named one that it is like. */
export function likeNamedLayout(drill: Drill, asked: LayoutAsked | undefined): LayoutName | undefined {
  if (asked === undefined) return undefined;
  if (asked.is === 'file') return drill.layouts.find((name) => isLike(asked.layout, namedLayouts[name]));
  return drill.layouts.some((name) => name === asked.name || isLike(namedLayouts[asked.name], namedLayouts[name])) ? asked.name : undefined;
}

function isLike(layout: ArrayLayout, named: ArrayLayout): boolean {
  return (
    layout.profile === named.profile &&
    metadataProfileOf(layout) === metadataProfileOf(named) &&
    layout.memberSizesBytes.length === named.memberSizesBytes.length &&
    layout.spareSizesBytes.length >= named.spareSizesBytes.length
  );
}

function describeShape({ profile, memberSizesBytes, spareSizesBytes }: ArrayLayout): string {
  const spares = spareSizesBytes.length;
  return `${profile} of ${String(memberSizesBytes.length)} disks and ${String(spares)} spare${spares === 1 ? '' : 's'}`;
}

/** Says why a drill cannot be run on disks of that bus, or on members that are encrypted so, or not at all; null when it can. */
export function whyNotOnParts(drill: Drill, { encryption, bus }: ArrayLayout): string | null {
  if (encryption === 'none') return 'its steps open LUKS containers, but this layout has none';
  const unmet = (drill.requires ?? []).find(
    (requirement) => requirement.encryption?.includes(encryption) === false || requirement.buses?.includes(bus) === false,
  );
  if (unmet === undefined) return null;
  const { encryption: containers, buses, because } = unmet;
  const wanted = { ...(containers === undefined ? {} : { encryption: containers }), ...(buses === undefined ? {} : { buses }) };
  return `${because} (it needs ${describeScope(wanted)}; this is ${encryption.toUpperCase()} on ${bus})`;
}

/** Says why a drill cannot be run on these versions; null when it can. */
export function whyNotOnVersions(drill: Drill, versions: VersionsUnderTest): string | null {
  const unmet = (drill.requires ?? []).find((requirement) => !isWithin(versions, requirement));
  return unmet === undefined ? null : `${unmet.because} (it needs ${describeScope(unmet)}; this is ${describeVersions(versions)})`;
}

/** Gives what is known of a drill on these versions, the first that is said of them; null when it is to hold. */
export function knownOnVersions(drill: Drill, versions: VersionsUnderTest): Expectation | null {
  const known = (drill.knowledge ?? []).find((knowledge) => isWithin(versions, knowledge));
  if (known === undefined) return null;
  const { verdict, because, breaks, crashesIn, source } = known;
  return { verdict, because, breaks, ...(crashesIn === undefined ? {} : { crashesIn }), source };
}

/** Gives a scope in words: `kernel >=5.14, btrfs-progs <6.6, layout raid10`. */
export function describeScope({
  kernel,
  tools,
  layout,
  encryption,
  buses,
}: VersionScope & Pick<Requirement, 'encryption' | 'buses'>): string {
  const parts = [
    ['kernel', kernel],
    ['btrfs-progs', tools],
    ['layout', layout],
    ['containers of', encryption?.join(' or ').toUpperCase()],
    ['disks on', buses?.join(' or ')],
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
