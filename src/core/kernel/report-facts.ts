import type { KernelProcess } from './trouble.ts';

/**
 * Process and kernel, as the lines of a report name them: dump_stack_print_info() in lib/dump_stack.c, check_hung_task() in
 * kernel/hung_task.c, print_circular_bug() and others in kernel/locking/lockdep.c, kasan_print_address() and die() under arch/.
 */

const processForms = [
  /^CPU: \d+ (?:[A-Z]+: \d+ )*?PID: (?<pid>\d+) Comm: (?<name>.{1,64}?) (?:Kdump: loaded )?(?:Not tainted|Tainted: )/u,
  /^Pid: (?<pid>\d+), comm: +(?<name>.{1,64}?) +(?:Not tainted|Tainted: )/u,
  /^WARNING: .* CPU#\d+: (?<name>.{1,64})\/(?<pid>\d+)$/u,
  /^INFO: task (?<name>.{1,64}):(?<pid>\d+) (?:(?:is )?blocked|can't die) /u,
  /BUG: soft lockup - CPU#\d+ stuck for .*\[(?<name>.{1,64}):(?<pid>\d+)\]/u,
  // mm/kasan/report.c
  /^(?:Read|Write|Free|Invalid-free|Atomic)\b.* by task (?<name>.{1,64})\/(?<pid>\d+)$/u,
  // kernel/locking/lockdep.c
  /^(?<name>.{1,64})\/(?<pid>\d+) (?:is (?:trying to|freeing|leaving)|just changed|takes|has a lock|\[HC\d+\[\d+\]:SC\d+\[\d+\])/u,
  // kernel/locking/spinlock_debug.c
  /^BUG: (?:spinlock|rwlock|rt-mutex)\b.* on CPU#\d+, (?<name>.{1,64}?)\/(?<pid>\d+)(?:, [0-9a-f]+)?$/u,
  // kernel/sched/core.c, lib/smp_processor_id.c
  /^in_atomic\(\): .*\bpid: (?<pid>\d+), name: (?<name>.{1,64})$/u,
  /^BUG: scheduling while atomic: (?<name>.{1,64})\/(?<pid>\d+)\/0x/u,
  /^BUG: using .* code: (?<name>.{1,64})\/(?<pid>\d+)$/u,
  // arch/: until 3.x on x86, arm, s390, mips; powerpc; sparc and alpha
  /^Process:? +(?<name>.{1,64}?) +\(pid: +(?<pid>\d+)/u,
  /^TASK(?: =|:) ?[0-9a-f]+\[(?<pid>\d+)\] '(?<name>[^']{1,64})'/u,
  /^(?<name>\S.{0,62})\((?<pid>\d+)\): (?:Oops|Kernel bad|Whee|kernel)/u,
  // mm/oom_kill.c
  /^(?:Memory cgroup out of memory|Out of memory[^:]*): Kill(?:ed)? process (?<pid>\d+)[, ]+\((?<name>[^)]{1,64})\)/u,
];

/** Gives the process that a line of a report names; null when it names none. */
export function parseProcess(text: string): KernelProcess | null {
  for (const form of processForms) {
    const groups = form.exec(text.trim())?.groups;
    if (groups?.name !== undefined && groups.pid !== undefined) return { name: groups.name.trim(), pid: Number(groups.pid) };
  }
  return null;
}

/** `uname -r` begins with the version's numbers, whatever a distribution appends. */
const version = String.raw`\d{1,3}\.\d{1,4}[\w.+~:@-]*`;

/**
 * After the word stand the taint flags, in some kernels with dashes, then the release; `#` begins the build number (print_tainted(),
 * init_utsname()). Lockdep has the release first; arm had it in brackets.
 */
const releases = [
  new RegExp(String.raw`(?:Not tainted|Tainted:)[A-Z\s-]*?[\s(](${version})(?: #|\)? *$)`, 'u'),
  new RegExp(String.raw`^(${version}) #\S+.* (?:Not tainted|Tainted:)`, 'u'),
  new RegExp(String.raw`^(?:EFLAGS|RFLAGS|PSTATE|SR|EIP|CPU): .*\((${version}) #`, 'u'),
  new RegExp(String.raw`^(${version}) #\d+$`, 'u'),
];

/** Gives the kernel's release from a line with taint flags: `3.16.0-4-amd64`; null for any other line. */
export function parseKernelRelease(text: string): string | null {
  for (const form of releases) {
    const found = form.exec(text.trim())?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

const bootBanner = new RegExp(String.raw`^Linux version (${version}) \(`, 'u');

/** Gives the release that a kernel prints at boot (linux_banner in init/version.c); null for any other line. */
export function parseBootBanner(text: string): string | null {
  return bootBanner.exec(text.trim())?.[1] ?? null;
}
