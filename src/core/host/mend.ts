import { findDistribution, packageIn } from './requirements.ts';
import type { Distribution, FileRequirement, HostRequirements, OsFacts, ProgramRequirement } from './requirements.ts';

/** What fixes a lack: a package of the distribution, a command for root, or something that only a person can do. */
export type MendAct =
  | { readonly kind: 'package'; readonly requirement: ProgramRequirement | FileRequirement; readonly isTooOld?: boolean }
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'advice'; readonly words: string };

/** What determines how a lack is fixed on a host. */
export interface MendFacts {
  readonly os: OsFacts;
  readonly isRoot: boolean;
  /** The Debian mirrors of the host's apt. */
  readonly mirrors: readonly { readonly uri: string; readonly suite: string }[];
}

/** What to do about lacks. */
export interface Mend {
  /** One line to paste; null when no command helps. */
  readonly command: string | null;
  /** What no command can do, as sentences. */
  readonly advice: readonly string[];
}

/** Plans how to fix all of these on a host. */
export function planMend(requirements: HostRequirements, facts: MendFacts, acts: readonly MendAct[]): Mend {
  const wanted = acts.flatMap((act) => (act.kind === 'package' ? [act.requirement] : []));
  const distribution = findDistribution(requirements.distributions, facts.os);
  const commands = [
    ...(distribution === undefined ? [] : installCommands(requirements, facts, distribution, wanted)),
    ...acts.flatMap((act) => (act.kind === 'command' ? [asRoot(facts, act.argv)] : [])),
  ];
  const advice = [
    ...(distribution === undefined ? adviseUnknown(facts, wanted) : adviseMissing(distribution, facts, wanted)),
    ...acts.flatMap((act) => (act.kind === 'advice' ? [act.words] : [])),
    ...(facts.os.id !== 'debian' && acts.some((act) => act.kind === 'package' && act.isTooOld === true) ? [stillTooOld(facts)] : []),
  ];
  return { command: commands.length === 0 ? null : commands.join(' && '), advice };
}

function stillTooOld({ os }: MendFacts): string {
  return `If the package is too old, too: a newer release of ${os.name.replace(/ [\d.]+.*$/u, '')}, or the container image (docs/hosts.md).`;
}

type Requirement = ProgramRequirement | FileRequirement;

function asRoot({ isRoot }: MendFacts, argv: readonly string[]): string {
  return [...(isRoot ? [] : ['sudo']), ...argv].join(' ');
}

function installCommands(
  requirements: HostRequirements,
  facts: MendFacts,
  distribution: Distribution,
  wanted: readonly Requirement[],
): readonly string[] {
  const { debian } = requirements;
  // A program that must be newer than the release's comes from its backports.
  const isNewer = (one: Requirement): boolean =>
    'atLeast' in one && distribution.ids.includes(facts.os.id) && facts.os.codename === debian.backports.codename;
  const packagesOf = (all: readonly Requirement[]): readonly string[] => [
    ...new Set(all.flatMap((one) => packageIn(distribution, one) ?? [])),
  ];
  const stock = packagesOf(wanted.filter((one) => !isNewer(one)));
  const newer = packagesOf(wanted.filter(isNewer));
  if (stock.length + newer.length === 0) return [];
  const { install, refresh } = distribution;
  return [
    ...(newer.length === 0 ? [] : addBackports(debian.backports, facts)),
    ...(refresh === undefined ? [] : [asRoot(facts, refresh)]),
    ...(newer.length === 0 ? [] : [asRoot(facts, [...install, '-t', debian.backports.release, ...newer])]),
    ...(stock.length === 0 ? [] : [asRoot(facts, [...install, ...stock])]),
  ];
}

function addBackports({ release, codename }: HostRequirements['debian']['backports'], facts: MendFacts): readonly string[] {
  if (facts.mirrors.some((mirror) => mirror.suite === release)) return [];
  const mirror = facts.mirrors.find(({ suite }) => suite === codename)?.uri ?? 'MIRROR';
  return [`echo 'deb ${mirror} ${release} main' | ${asRoot(facts, ['tee', `/etc/apt/sources.list.d/${release}.list`])}`];
}

function adviseMissing(distribution: Distribution, { os }: MendFacts, wanted: readonly Requirement[]): readonly string[] {
  const missing = wanted.filter((one) => packageIn(distribution, one) === null).map(nameOf);
  if (missing.length === 0) return [];
  return [`${os.name} has no package for ${missing.join(', ')}: use the container image (docs/hosts.md).`];
}

function adviseUnknown({ os }: MendFacts, wanted: readonly Requirement[]): readonly string[] {
  if (wanted.length === 0) return [];
  const names = wanted.map((one) => `${nameOf(one)} (Debian's ${one.package})`);
  return [`Install with the package manager of ${os.name}, which raidlab does not support: ${names.join(', ')}.`];
}

function nameOf(one: Requirement): string {
  return 'program' in one ? one.program : one.hostPath;
}
