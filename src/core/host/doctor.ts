import { findDistribution, isTested } from './requirements.ts';
import type { HostRequirements } from './requirements.ts';
import type { Mend } from './mend.ts';
import { canDoWithout, judgeNeeds, mendNeeds } from './needs.ts';
import type { Need, NeedFacts } from './needs.ts';
import { formatSize } from '../text/size.ts';

/** A directory that raidlab writes to. */
export interface DirectoryFacts {
  readonly hostPath: string;
  readonly isWritable: boolean;
  /** Null when it could not be determined. */
  readonly freeBytes: number | null;
}

/** Everything observed about the host, as a plain value: judging it observes nothing more. */
export interface HostFacts extends NeedFacts {
  /** It holds `usedBytes`, and may hold `maxBytes`. */
  readonly cache: DirectoryFacts & { readonly usedBytes: number; readonly maxBytes: number };
  readonly runtime: DirectoryFacts;
  readonly memoryAvailableBytes: number;
  readonly cores: number;
  /** Whether there is a network besides the loopback. */
  readonly hasNetwork: boolean;
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
  /** The exact command that fixes it, or what to do if no command can; null when nothing is wrong. */
  readonly mend: string | null;
}

/** Roughly what an image build needs for packages, tree and result, with room to spare, bytes; a drill's disks are sparse. */
const cacheNeededBytes = 2 * 1024 ** 3;

/** One machine and Node itself, bytes. */
const memoryNeededBytes = 1.5 * 1024 ** 3;

/** Judges what was observed: all findings, good ones too, in a fixed order. */
export function judgeHost(requirements: HostRequirements, facts: HostFacts): readonly Finding[] {
  return [
    ...judgeNeeds(requirements, facts).map((need) => findingOf(requirements, facts, need)),
    judgeKvm(facts),
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

function findingOf(requirements: HostRequirements, facts: HostFacts, need: Need): Finding {
  const { name, what, why, isMet } = need;
  const untested = name === 'system' && isMet ? saysUntested(requirements, facts) : null;
  if (untested !== null) return { name, outcome: 'warn', what, why, mend: untested };
  return {
    name,
    outcome: isMet ? 'ok' : canDoWithout(need, facts) ? 'warn' : 'fail',
    what,
    why,
    mend: isMet ? null : formatMend(mendNeeds(requirements, facts, [need])),
  };
}

function formatMend({ command, advice }: Mend): string {
  return [...(command === null ? [] : [command]), ...advice].join('  ');
}

/** Says what is untested about a host's system; null when raidlab was tested on it. */
function saysUntested({ distributions }: HostRequirements, { os }: HostFacts): string | null {
  const distribution = findDistribution(distributions, os);
  if (isTested(distribution, os)) return null;
  const tested = distributions.flatMap((one) => one.tested ?? []).join(', ');
  if (distribution === undefined) return `Untested: only ${tested} are tested, and the package names of this one are unknown.`;
  const like = distribution.ids.includes(os.id) ? '' : `, taken for ${distribution.name}`;
  return `Untested${like}: only ${tested} are tested. Its package names are known.`;
}

function judgeKvm({ kvm, isRoot, user }: HostFacts): Finding {
  const base = {
    name: 'kvm',
    why: 'with KVM a drill takes a fraction of the time; without it QEMU emulates the processor, which is slower but just as valid',
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
        // Every distribution has usermod(8); a session keeps the groups it started with.
        mend: `${isRoot ? '' : 'sudo '}usermod --append --groups kvm ${user} # then log in again`,
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

function judgeCache({ hostPath, isWritable, freeBytes, usedBytes, maxBytes }: HostFacts['cache']): Finding {
  const base = { name: 'cache', why: 'holds images and templates, and the disks of running drills' };
  if (!isWritable)
    return {
      ...base,
      outcome: 'fail',
      what: `${hostPath} cannot be written`,
      mend: 'export XDG_CACHE_HOME=DIRECTORY, with your own directory',
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
  const base = { name: 'runtime-directory', why: 'holds the sockets of machines, whose paths must be short' };
  if (isWritable) return { ...base, outcome: 'ok', what: hostPath, mend: null };
  return {
    ...base,
    outcome: 'fail',
    what: `${hostPath} cannot be written`,
    mend: 'export XDG_RUNTIME_DIR=DIRECTORY, with your own directory and a short path',
  };
}

function judgeMemory({ memoryAvailableBytes }: HostFacts): Finding {
  const base = {
    name: 'memory',
    what: `${formatSize(memoryAvailableBytes)} available`,
    why: 'a machine has 1 GiB unless --memory says otherwise',
  };
  if (memoryAvailableBytes >= memoryNeededBytes) return { ...base, outcome: 'ok', mend: null };
  return { ...base, outcome: 'warn', mend: 'Close programs that use memory, or give machines less: raidlab drill --memory 512' };
}

function judgeCores({ cores }: HostFacts): Finding {
  const base = {
    name: 'cores',
    what: String(cores),
    why: 'a machine uses one; with a second core the host stays responsive, and timers in the guest stay accurate',
  };
  return cores >= 2
    ? { ...base, outcome: 'ok', mend: null }
    : { ...base, outcome: 'warn', mend: 'Run one drill at a time, and nothing else.' };
}

function judgeMirror({ mirrors, hasNetwork, missingImages }: HostFacts): Finding {
  const base = { name: 'mirror', why: 'kernels and userlands are built from Debian packages of the mirror that apt uses' };
  const uris = [...new Set(mirrors.map((mirror) => mirror.uri))];
  const isNear = uris.some((uri) => /^(?:file|copy):|^https?:\/\/(?:localhost|127\.)/u.test(uri));
  if (uris.length > 0 && (hasNetwork || isNear)) return { ...base, outcome: 'ok', what: uris.join(', '), mend: null };
  const what = uris.length > 0 ? 'this host has no network' : 'apt has no Debian source';
  const mend = uris.length > 0 ? 'Connect this host to the network.' : 'export RAIDLAB_MIRROR=URI, with the URI of a Debian mirror';
  if (missingImages.length > 0)
    return { ...base, outcome: 'fail', what: `${what}, and the cache lacks the ${missingImages.join(' and the ')}`, mend };
  return { ...base, outcome: 'warn', what: `${what}: what is in the cache works, but nothing else can be built`, mend };
}
