import { planMend } from './mend.ts';
import type { Mend, MendAct } from './mend.ts';
import type { FileRequirement, HostRequirements, OsFacts, ProgramRequirement } from './requirements.ts';
import { isAtLeast } from './version.ts';

/** What was found about a program. */
export interface FoundProgram {
  /** Null when it is not in PATH. */
  readonly hostPath: string | null;
  /** The program's own version where one is required, otherwise the package's if it was asked for; null when unknown. */
  readonly version: string | null;
}

/** What is known about KVM on the host. */
export interface KvmFacts {
  readonly device: 'absent' | 'closed' | 'open';
  /** The results of probes since the host started. */
  readonly remembered: readonly { readonly works: boolean; readonly seen: string }[];
}

/** Whether a user namespace can be created. */
export interface NamespaceFacts {
  readonly works: boolean;
  /** The error when it could not; empty when it could. */
  readonly said: string;
  /** The sysctl(8) settings that forbid it, with the value that allows it: `kernel.unprivileged_userns_clone=1`. */
  readonly forbiddenBy: readonly string[];
}

/** The subordinate ids that a user may map into a namespace: subuid(5), subgid(5). */
export interface SubordinateIds {
  readonly users: number;
  readonly groups: number;
  /** The first id that is in nobody's range. */
  readonly firstFree: number;
}

/** The facts about a host that decide whether machines can be started and images built on it. */
export interface NeedFacts {
  readonly os: OsFacts;
  /** As `uname -m` says: `x86_64`. */
  readonly architecture: string;
  readonly user: string;
  readonly isRoot: boolean;
  /** By name, for every program of the requirements. */
  readonly programs: Readonly<Record<string, FoundProgram>>;
  /** The required files that exist. */
  readonly files: readonly string[];
  readonly kvm: KvmFacts;
  readonly userNamespaces: NamespaceFacts;
  readonly subordinateIds: SubordinateIds;
  /** The Debian mirrors of the host's apt, with the suite; empty when there are none, or they were not asked for. */
  readonly mirrors: readonly { readonly uri: string; readonly suite: string }[];
  /** The images of a default drill that are not in the cache: `kernel of trixie`. */
  readonly missingImages: readonly string[];
}

/** A requirement, and whether the host meets it. */
export interface Need {
  /** Stable kebab-case name: `qemu-system-x86_64`, `user-namespaces`. */
  readonly name: string;
  readonly isMet: boolean;
  /** Whether cached images run without it. */
  readonly onlyToBuild?: boolean;
  /** What was seen. */
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** What fixes it; null when nothing is wrong. */
  readonly mend: MendAct | null;
}

/** mmdebstrap maps a range of this size: mmdebstrap(1), --mode=unshare. */
const subordinateIdsNeeded = 65_536;

/** Judges what a host needs before anything can be started or built: all requirements, in a fixed order. */
export function judgeNeeds(requirements: HostRequirements, facts: NeedFacts): readonly Need[] {
  const isWanted = ({ only }: ProgramRequirement): boolean => only !== 'ordinary-user' || !facts.isRoot;
  return [
    judgeSystem(requirements, facts),
    ...requirements.programs.filter(isWanted).map((requirement) => judgeProgram(requirement, facts)),
    ...requirements.files.map((requirement) => judgeFile(requirement, facts)),
    judgeUserNamespaces(facts),
    ...(facts.isRoot ? [] : [judgeSubordinateIds(facts)]),
  ];
}

function usedFor({ onlyToBuild }: Pick<ProgramRequirement, 'onlyToBuild'>): Pick<Need, 'onlyToBuild'> {
  return onlyToBuild === true ? { onlyToBuild } : {};
}

/** Tells whether a host that does not meet a requirement can still run a default drill, from cached images. */
export function canDoWithout({ onlyToBuild }: Need, { missingImages }: Pick<NeedFacts, 'missingImages'>): boolean {
  return onlyToBuild === true && missingImages.length === 0;
}

/** Plans how to fix unmet requirements, with one command if possible. */
export function mendNeeds(requirements: HostRequirements, facts: NeedFacts, needs: readonly Need[]): Mend {
  return planMend(
    requirements,
    facts,
    needs.flatMap(({ mend }) => (mend === null ? [] : [mend])),
  );
}

function judgeSystem({ debian }: HostRequirements, { os, architecture }: NeedFacts): Need {
  const base = {
    name: 'system',
    what: `${os.name}, ${architecture}`,
    why: 'the machine runs an amd64 Debian, and images are made with Debian tools',
  };
  const unmet = (words: string): Need => ({ ...base, isMet: false, mend: { kind: 'advice', words } });
  if (architecture !== 'x86_64') return unmet('Use a host with an x86_64 processor.');
  if (os.id === 'debian' && os.version !== null && os.version < debian.oldest)
    return unmet(`Upgrade to Debian ${String(debian.oldest)} or newer.`);
  return { ...base, isMet: true, mend: null };
}

function judgeProgram(requirement: ProgramRequirement, facts: NeedFacts): Need {
  const { hostPath, version } = facts.programs[requirement.program] ?? { hostPath: null, version: null };
  const base = { name: requirement.program, why: `it ${requirement.why}`, ...usedFor(requirement) };
  const mend = { kind: 'package', requirement } as const;
  if (hostPath === null) return { ...base, isMet: false, what: 'not found', mend };
  const what = version ?? 'version unknown';
  const age = judgeAge(requirement, version, facts.kvm);
  if (age.lacking === null) return { ...base, isMet: true, what: `${what}${age.remark}`, mend: null };
  return { ...base, isMet: false, what: `${what}, but ${age.lacking}`, mend: { ...mend, isTooOld: true } };
}

/** Judges a program's version; the lack completes "…, but ". */
function judgeAge(requirement: ProgramRequirement, version: string | null, kvm: KvmFacts): { lacking: string | null; remark: string } {
  const { atLeast, atLeastEmulated } = requirement;
  const isNew = (oldest: string): boolean => version !== null && isAtLeast(version, oldest);
  if (atLeast !== undefined && !isNew(atLeast))
    return { lacking: `${atLeast} is needed: ${requirement.whyAtLeast ?? 'older versions are not tested'}`, remark: '' };
  if (atLeastEmulated === undefined || isNew(atLeastEmulated)) return { lacking: null, remark: '' };
  const under = `${atLeastEmulated} is needed: ${requirement.whyAtLeastEmulated ?? 'older versions are not tested'}`;
  if (mayWork(kvm)) return { lacking: null, remark: `, enough where KVM works; where the processor is emulated ${under}` };
  return { lacking: `KVM does not work here, and where the processor is emulated ${under}`, remark: '' };
}

/** Tells whether KVM works, or may work: nobody knows before a kernel has booted under it. */
function mayWork({ device, remembered }: KvmFacts): boolean {
  return device === 'open' && (remembered.length === 0 || remembered.some(({ works }) => works));
}

function judgeFile(requirement: FileRequirement, { files }: NeedFacts): Need {
  const { name, hostPath } = requirement;
  const base = { name, why: `it ${requirement.why}`, ...usedFor(requirement) };
  if (files.includes(hostPath)) return { ...base, isMet: true, what: hostPath, mend: null };
  return { ...base, isMet: false, what: `there is no ${hostPath}`, mend: { kind: 'package', requirement } };
}

function judgeUserNamespaces({ userNamespaces, isRoot }: NeedFacts): Need {
  const base = { name: 'user-namespaces', why: 'images are built without root, in a user namespace', onlyToBuild: true };
  const { works, said, forbiddenBy } = userNamespaces;
  if (works) return { ...base, isMet: true, what: 'a user namespace can be made', mend: null };
  const what = `a user namespace cannot be made: ${said}`;
  if (isRoot) return { ...base, isMet: true, what: `${what}; root builds images without one`, mend: null };
  const mend: MendAct =
    forbiddenBy.length === 0
      ? { kind: 'advice', words: 'This container or host must allow user namespaces; docs/hosts.md says how.' }
      : { kind: 'command', argv: ['sysctl', ...forbiddenBy] };
  return { ...base, isMet: false, what, mend };
}

function judgeSubordinateIds({ subordinateIds, user }: NeedFacts): Need {
  const { users, groups, firstFree } = subordinateIds;
  const base = {
    name: 'subordinate-ids',
    why: 'files of an image belong to many users, who are mapped to your subordinate ids',
    onlyToBuild: true,
  };
  if (Math.min(users, groups) >= subordinateIdsNeeded)
    return { ...base, isMet: true, what: `${String(users)} user ids, ${String(groups)} group ids`, mend: null };
  const range = `${String(firstFree)}-${String(firstFree + subordinateIdsNeeded - 1)}`;
  return {
    ...base,
    isMet: false,
    what: `${user} has ${String(users)} user ids and ${String(groups)} group ids; ${String(subordinateIdsNeeded)} of each are needed`,
    mend: { kind: 'command', argv: ['usermod', '--add-subuids', range, '--add-subgids', range, user] },
  };
}
