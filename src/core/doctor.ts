import { formatSize } from './size.ts';

/** A program that raidlab starts on the host, as setup/requirements.json has it. */
export interface ProgramRequirement {
  readonly program: string;
  /** The Debian package that brings it. */
  readonly package: string;
  /** What it does here, to complete "it …". */
  readonly why: string;
  /** The oldest version that will do: `10.0`. */
  readonly atLeast?: string;
  readonly whyAtLeast?: string;
  /** Needed only by who is not root. */
  readonly only?: 'ordinary-user';
}

/** The content of setup/requirements.json, as far as a doctor reads it. */
export interface HostRequirements {
  readonly debian: { readonly oldest: number; readonly backports: { readonly codename: string; readonly release: string } };
  readonly programs: readonly ProgramRequirement[];
}

/** What was found of one program. */
export interface FoundProgram {
  /** Null when it is not in PATH. */
  readonly hostPath: string | null;
  /** What the program says of itself where a version is required, else the package's; null when neither could be had. */
  readonly version: string | null;
}

/** What a probe of the host came to: it worked, or what was said instead. */
export type ProbeResult = { readonly works: true } | { readonly works: false; readonly said: string };

/** A directory that raidlab writes to. */
export interface DirectoryFacts {
  readonly hostPath: string;
  readonly isWritable: boolean;
  /** Null when it could not be asked. */
  readonly freeBytes: number | null;
}

/** Everything that was observed of the host. A plain value: judging it observes nothing more. */
export interface HostFacts {
  readonly os: { readonly id: string; readonly name: string; readonly version: number | null; readonly codename: string | null };
  /** As `uname -m` says: `x86_64`. */
  readonly architecture: string;
  readonly user: string;
  readonly isRoot: boolean;
  /** By name, for every program of the requirements. */
  readonly programs: Readonly<Record<string, FoundProgram>>;
  readonly kvm: {
    readonly device: 'absent' | 'closed' | 'open';
    /** What boots under it came to since the host was started. */
    readonly remembered: readonly { readonly works: boolean; readonly seen: string }[];
  };
  readonly userNamespaces: ProbeResult;
  /** Subordinate user and group ids of this user. */
  readonly subordinateIds: { readonly users: number; readonly groups: number };
  /** What lies in it takes `usedBytes`, and may take `maxBytes`. */
  readonly cache: DirectoryFacts & { readonly usedBytes: number; readonly maxBytes: number };
  readonly runtime: DirectoryFacts;
  readonly memoryAvailableBytes: number;
  readonly cores: number;
  /** Debian mirrors that the host's apt uses, with the suite; empty when there are none. */
  readonly mirrors: readonly { readonly uri: string; readonly suite: string }[];
}

/** How bad a finding is: `warn` slows or limits, `fail` means that no drill can run. */
export type FindingOutcome = 'ok' | 'warn' | 'fail';

/** One thing about the host, judged. */
export interface Finding {
  /** Stable kebab-case name: `qemu-system-x86_64`, `user-namespaces`. */
  readonly name: string;
  readonly outcome: FindingOutcome;
  /** What was seen. */
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** The exact command that mends it, or what to do where no command can; null when nothing is wrong. */
  readonly mend: string | null;
}

/** An image build needs about this much for packages, tree and result; a drill's disks are sparse. Bytes, with room to spare. */
const cacheNeededBytes = 2 * 1024 ** 3;

/** One machine and Node itself. Bytes. */
const memoryNeededBytes = 1.5 * 1024 ** 3;

/** mmdebstrap maps a range of this size: mmdebstrap(1), --mode=unshare. */
const subordinateIdsNeeded = 65_536;

/** Judges what was observed: every finding, good ones too, in a fixed order. */
export function judgeHost(requirements: HostRequirements, facts: HostFacts): readonly Finding[] {
  return [
    judgeSystem(requirements, facts),
    ...requirements.programs.flatMap((requirement) =>
      requirement.only === 'ordinary-user' && facts.isRoot ? [] : [judgeProgram(requirement, facts, requirements)],
    ),
    judgeKvm(facts),
    judgeUserNamespaces(facts),
    ...(facts.isRoot ? [] : [judgeSubordinateIds(facts)]),
    judgeCache(facts.cache),
    judgeRuntime(facts.runtime),
    judgeMemory(facts),
    judgeCores(facts),
    judgeMirror(facts),
  ];
}

/** Tells whether a drill can run: nothing failed. */
export function canRunDrill(findings: readonly Finding[]): boolean {
  return findings.every((finding) => finding.outcome !== 'fail');
}

function judgeSystem(requirements: HostRequirements, { os, architecture }: HostFacts): Finding {
  const base = {
    name: 'system',
    what: `${os.name}, ${architecture}`,
    why: 'the machine runs an amd64 Debian, and images are made with Debian tools',
  };
  const oldest = String(requirements.debian.oldest);
  if (architecture !== 'x86_64') return { ...base, outcome: 'fail', mend: 'Use a host with an x86_64 processor.' };
  if (os.id !== 'debian')
    return {
      ...base,
      outcome: 'warn',
      mend: `Only Debian ${oldest} and newer are tested; the programs below must come from your distribution.`,
    };
  if (os.version !== null && os.version < requirements.debian.oldest)
    return { ...base, outcome: 'fail', mend: `Upgrade to Debian ${oldest} or newer.` };
  return { ...base, outcome: 'ok', mend: null };
}

function judgeProgram(requirement: ProgramRequirement, facts: HostFacts, requirements: HostRequirements): Finding {
  const { program, atLeast, whyAtLeast } = requirement;
  const found = facts.programs[program] ?? { hostPath: null, version: null };
  const base = { name: program, why: `it ${requirement.why}` };
  const install = installCommand(requirement, facts, requirements);
  if (found.hostPath === null) return { ...base, outcome: 'fail', what: 'not found', mend: install };
  const what = found.version ?? 'version unknown';
  if (atLeast === undefined || (found.version !== null && isAtLeast(found.version, atLeast)))
    return { ...base, outcome: 'ok', what, mend: null };
  return {
    ...base,
    outcome: 'fail',
    what: `${what}, but ${atLeast} is needed: ${whyAtLeast ?? 'older ones are not tested'}`,
    mend: install,
  };
}

/** The command that installs a program; one that needs a newer version than the release has comes from its backports. */
function installCommand(
  { package: name, atLeast }: ProgramRequirement,
  { os, isRoot, mirrors }: HostFacts,
  { debian }: HostRequirements,
): string {
  const sudo = isRoot ? '' : 'sudo ';
  const needsBackports = atLeast !== undefined && os.codename === debian.backports.codename;
  if (!needsBackports) return `${sudo}apt-get install --no-install-recommends ${name}`;
  const { release, codename } = debian.backports;
  const install = `${sudo}apt-get install --no-install-recommends -t ${release} ${name}`;
  if (mirrors.some((mirror) => mirror.suite === release)) return install;
  const mirror = mirrors.find(({ suite }) => suite === codename)?.uri ?? 'MIRROR';
  return `echo 'deb ${mirror} ${release} main' | ${sudo}tee /etc/apt/sources.list.d/${release}.list && ${sudo}apt-get update && ${install}`;
}

function judgeKvm({ kvm, isRoot, user }: HostFacts): Finding {
  const base = {
    name: 'kvm',
    why: 'with KVM a drill takes a fraction of the time; without it QEMU emulates the processor, which is slower and as good',
  };
  const failed = kvm.remembered.find((probe) => !probe.works);
  switch (kvm.device) {
    case 'absent':
      return {
        ...base,
        outcome: 'warn',
        what: 'there is no /dev/kvm: software emulation is used',
        mend: 'Enable virtualisation in the firmware or, in a virtual machine, nested virtualisation.',
      };
    case 'closed':
      return {
        ...base,
        outcome: 'warn',
        what: `/dev/kvm is there, but ${user} may not open it: software emulation is used`,
        mend: `${isRoot ? '' : 'sudo '}adduser ${user} kvm`,
      };
    case 'open':
      if (kvm.remembered.some((probe) => probe.works))
        return { ...base, outcome: 'ok', what: 'a kernel booted under /dev/kvm', mend: null };
      if (failed !== undefined)
        return {
          ...base,
          outcome: 'warn',
          what: `${failed.seen}: software emulation is used`,
          mend: 'Nothing to do: a /dev/kvm that does not work is common in nested virtual machines.',
        };
      return {
        ...base,
        outcome: 'ok',
        what: '/dev/kvm opens; the first drill boots a kernel under it to see whether it works',
        mend: null,
      };
  }
}

function judgeUserNamespaces({ userNamespaces, isRoot }: HostFacts): Finding {
  const base = { name: 'user-namespaces', why: 'images are built without root, in a user namespace' };
  if (userNamespaces.works) return { ...base, outcome: 'ok', what: 'a user namespace can be made', mend: null };
  const mend = `${isRoot ? '' : 'sudo '}sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000`;
  return { ...base, outcome: 'fail', what: `a user namespace cannot be made: ${userNamespaces.said}`, mend };
}

function judgeSubordinateIds({ subordinateIds, user }: HostFacts): Finding {
  const { users, groups } = subordinateIds;
  const base = { name: 'subordinate-ids', why: 'the files of an image belong to many users, who are mapped to ids of yours' };
  if (Math.min(users, groups) >= subordinateIdsNeeded)
    return { ...base, outcome: 'ok', what: `${String(users)} user ids, ${String(groups)} group ids`, mend: null };
  return {
    ...base,
    outcome: 'fail',
    what: `${user} has ${String(users)} user ids and ${String(groups)} group ids; ${String(subordinateIdsNeeded)} of each are needed`,
    mend: `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}`,
  };
}

function judgeCache({ hostPath, isWritable, freeBytes, usedBytes, maxBytes }: HostFacts['cache']): Finding {
  const base = { name: 'cache', why: 'images and templates are built once and kept there, and the disks of a running drill lie there' };
  if (!isWritable)
    return {
      ...base,
      outcome: 'fail',
      what: `${hostPath} cannot be written`,
      mend: 'export XDG_CACHE_HOME=DIRECTORY, with a directory of yours',
    };
  if (freeBytes === null)
    return {
      ...base,
      outcome: 'warn',
      what: `${hostPath}, free space unknown`,
      mend: `Run df ${hostPath}: ${formatSize(cacheNeededBytes)} should be free.`,
    };
  const what = `${hostPath}, ${formatSize(usedBytes)} of at most ${formatSize(maxBytes)}, ${formatSize(freeBytes)} free on its disk`;
  if (freeBytes >= cacheNeededBytes) return { ...base, outcome: 'ok', what, mend: null };
  return {
    ...base,
    outcome: 'warn',
    what,
    mend: `Free some space, or export XDG_CACHE_HOME=DIRECTORY on a larger disk: ${formatSize(cacheNeededBytes)} should be free.`,
  };
}

function judgeRuntime({ hostPath, isWritable }: DirectoryFacts): Finding {
  const base = { name: 'runtime-directory', why: 'the sockets of a machine lie there; their paths must be short' };
  if (isWritable) return { ...base, outcome: 'ok', what: hostPath, mend: null };
  return {
    ...base,
    outcome: 'fail',
    what: `${hostPath} cannot be written`,
    mend: 'export XDG_RUNTIME_DIR=DIRECTORY, with a directory of yours and a short path',
  };
}

function judgeMemory({ memoryAvailableBytes }: HostFacts): Finding {
  const base = {
    name: 'memory',
    what: `${formatSize(memoryAvailableBytes)} available`,
    why: 'a machine has 1 GiB unless --memory says otherwise',
  };
  if (memoryAvailableBytes >= memoryNeededBytes) return { ...base, outcome: 'ok', mend: null };
  return { ...base, outcome: 'warn', mend: 'End something that uses memory, or give machines less: raidlab drill --memory 512' };
}

function judgeCores({ cores }: HostFacts): Finding {
  const base = {
    name: 'cores',
    what: String(cores),
    why: 'a machine uses one; with a second core the host stays responsive, and timers in the guest stay true',
  };
  return cores >= 2
    ? { ...base, outcome: 'ok', mend: null }
    : { ...base, outcome: 'warn', mend: 'Run one drill at a time, and nothing beside it.' };
}

function judgeMirror({ mirrors }: HostFacts): Finding {
  const base = { name: 'mirror', why: 'kernels and userlands are built from Debian packages of the mirror that apt uses here' };
  const uris = [...new Set(mirrors.map((mirror) => mirror.uri))];
  if (uris.length > 0) return { ...base, outcome: 'ok', what: uris.join(', '), mend: null };
  return { ...base, outcome: 'fail', what: 'apt has no Debian source', mend: 'export RAIDLAB_MIRROR=URI, with the URI of a Debian mirror' };
}

/** Compares versions by their first two numbers, epoch left out. */
function isAtLeast(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^\d+:/u, '').split(/\D/u).map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
