import type { BootedBy } from '../core/boot/booted-by.ts';
import type { InitramfsMaker } from '../core/boot/initramfs-maker.ts';
import type { Expectation } from '../core/verdict/expectation.ts';
import type { ArrayLayout } from '../core/layout/layout.ts';
import { namedLayouts } from '../core/layout/named-layout.ts';
import type { LayoutName } from '../core/layout/named-layout.ts';
import { metadataProfileOf } from '../core/layout/profile.ts';
import { satisfies } from '../core/image/version-range.ts';
import { whyNotInstalled } from '../machine/image/system/system-choice.ts';
import type { Drill, Requirement, VersionScope } from './drill.ts';

/**
 * The versions a drill runs on: of the kernel as released (in Debian 11 and 12 `uname -r` says nothing about the order), of btrfs-progs
 * as its package.
 */
export interface VersionsUnderTest {
  readonly kernel: string;
  readonly tools: string;
  /** The layout requested by name, or the named one that a file's layout resembles. */
  readonly layout?: LayoutName;
}

/** A layout that a person named: one of raidlab's, or their own file. */
export type LayoutAsked =
  { readonly is: 'name'; readonly name: LayoutName } | { readonly is: 'file'; readonly file: string; readonly layout: ArrayLayout };

/**
 * Says why a drill is not made for a requested layout; null when it is. A file's layout resembles a named one with the same profile and
 * number of members, and at most as many spares; sizes may differ.
 */
export function whyNotOnLayout(drill: Drill, asked: LayoutAsked | undefined): string | null {
  if (asked === undefined) return null;
  if (likeNamedLayout(drill, asked) !== undefined) return null;
  const others = drill.layouts.length === 0 ? 'its own layout only' : `${drill.layouts.join(', ')} only`;
  if (asked.is === 'name') return `it is not for the layout ${asked.name}: ${others}`;
  return `it is not for ${describeShape(asked.layout)} (${asked.file}): ${others}`;
}

/** Gives the requested named layout, if a drill is made for it or for its shape; for a file, the named one it resembles. */
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

/** Says why a drill cannot run on disks on this bus, or on members with this encryption; null when it can. */
export function whyNotOnParts(drill: Drill, { encryption, bus }: ArrayLayout): string | null {
  if (encryption === 'none' && (drill.onBareDisks !== true || drill.proof === 'full'))
    return 'its steps open LUKS containers, but this layout has none';
  const unmet = (drill.requires ?? []).find(
    (requirement) => requirement.encryption?.includes(encryption) === false || requirement.buses?.includes(bus) === false,
  );
  if (unmet === undefined) return null;
  const { encryption: containers, buses, because } = unmet;
  const wanted = { ...(containers === undefined ? {} : { encryption: containers }), ...(buses === undefined ? {} : { buses }) };
  return `${because} (it needs ${describeScope(wanted)}; this is ${encryption.toUpperCase()} on ${bus})`;
}

/** What a request says of the machine, before there is one. */
export interface SystemAsked {
  /** As `parseKernelChoice` reads it. */
  readonly kernel: string;
  /** A Debian suite. */
  readonly tools: string;
  readonly initramfsMaker?: InitramfsMaker;
  /** An array that is there already, with its machine. */
  readonly array?: unknown;
  readonly boot?: BootedBy;
}

/** Says why a drill on an installed system, or one that is proved by booting one, cannot run on the requested machine; null when it can. */
export function whyNotOnSystem(drill: Drill, { kernel, tools, initramfsMaker, array, boot }: SystemAsked): string | null {
  const isInstalled = drill.system === 'installed';
  if (!isInstalled && boot === undefined)
    return initramfsMaker === undefined ? null : `its machine is raidlab's own small system, which has no initramfs by ${initramfsMaker}`;
  if (!isInstalled && drill.proof === 'none') return 'it has no proof, and so no reboot that systemd could do';
  const machine = isInstalled ? 'its machine' : 'the machine that boots in its proof';
  if (array !== undefined) return `${machine} is an installed system, which it builds itself`;
  if (drill.initramfs !== undefined && initramfsMaker !== undefined && drill.initramfs !== initramfsMaker)
    return `what it types is for an initramfs by ${drill.initramfs}, not by ${initramfsMaker}`;
  const why = whyNotInstalled(kernel, tools);
  return why === null ? null : `${machine} is an installed system, which ${why}`;
}

/** Says why a requested drill cannot run, as far as that is known before there is a machine; null when it can. */
export function whyNotHere(
  request: SystemAsked & { readonly drill: Drill; readonly layout: ArrayLayout; readonly layoutAsked?: LayoutAsked },
): string | null {
  const { drill, layout, layoutAsked } = request;
  return whyNotOnLayout(drill, layoutAsked) ?? whyNotOnParts(drill, layout) ?? whyNotOnSystem(drill, request);
}

/** Says why a drill cannot run on these versions; null when it can. */
export function whyNotOnVersions(drill: Drill, versions: VersionsUnderTest): string | null {
  const unmet = (drill.requires ?? []).find((requirement) => !isWithin(versions, requirement));
  return unmet === undefined ? null : `${unmet.because} (it needs ${describeScope(unmet)}; this is ${describeVersions(versions)})`;
}

/** Gives what is known of a drill on these versions, the first entry that applies; null when it must hold. */
export function knownOnVersions(drill: Drill, versions: VersionsUnderTest): Expectation | null {
  const known = (drill.knowledge ?? []).find((knowledge) => isWithin(versions, knowledge));
  if (known === undefined) return null;
  const { verdict, because, breaks, crashesIn, source } = known;
  return { verdict, because, breaks, ...(crashesIn === undefined ? {} : { crashesIn }), source };
}

/** Formats a scope: `kernel >=5.14, btrfs-progs <6.6, layout raid10`. */
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
