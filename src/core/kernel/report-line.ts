import type { CodePlace, KernelProcess, TraceEntry } from './trouble.ts';

/*
 * The lines inside a kernel report. The formats are those of show_regs() and show_trace_log_lvl() in arch/x86/kernel/dumpstack.c and
 * process_64.c, dump_stack_print_info() in lib/dump_stack.c, print_modules() and check_hung_task() in kernel/hung_task.c; the symbols
 * are vsnprintf's %pB and %pS. Linux 4.9 and older print addresses before the symbols (`[<ffffffffa0189acd>]`), newer ones do not.
 */

/** `btrfs_kobj_rm_device+0x1d/0x40 [btrfs]`; newer kernels may add a build id inside the brackets. */
const symbol = String.raw`([A-Za-z_$][\w.$]{0,200})\+(0x[0-9a-f]{1,16})\/0x[0-9a-f]{1,16}(?: \[([\w-]{1,60})[^\]]{0,80}\])?`;

const addresses = String.raw`(?:\[<[0-9a-f]+>\]\s*)*`;
const instructionPointer = new RegExp(String.raw`^(?:RIP: (?:[0-9a-f]{4}:)?|RIP +|IP: |EIP is at |EIP: |pc : )${addresses}${symbol}`, 'u');
const traceEntry = new RegExp(String.raw`^${addresses}(\? )?${symbol}(?:\(\))?$`, 'u');
const warningPlace = new RegExp(String.raw` at (?:\S+:\d+ )?${symbol}`, 'u');

/** Gives the function where the instruction pointer was, from a `RIP:` or `IP:` line; null for any other line and for user-space addresses. */
export function parseInstructionPointer(text: string): CodePlace | null {
  return placeOf(instructionPointer.exec(text.trim()), 1);
}

/** Gives the place that a `WARNING: …` line names, in the old form (`at FILE:LINE function`) and in the new one (`FILE:LINE at function`). */
export function parseWarningPlace(text: string): CodePlace | null {
  return placeOf(warningPlace.exec(text), 1);
}

/** Gives the entry that a line of a call trace holds; null when it holds none, such as `? 0xffffffffc02e7000` or `<TASK>`. */
export function parseTraceEntry(text: string): TraceEntry | null {
  const found = traceEntry.exec(text.trim());
  const place = placeOf(found, 2);
  return place === null ? null : { ...place, uncertain: found?.[1] !== undefined };
}

function placeOf(found: RegExpExecArray | null, first: number): CodePlace | null {
  const name = found?.[first];
  const offset = found?.[first + 1];
  if (name === undefined || offset === undefined) return null;
  return { function: name, offset, module: found?.[first + 2] ?? null };
}

const processForms = [
  /^CPU: \d+ (?:UID: \d+ )?PID: (?<pid>\d+) Comm: (?<name>.{1,64}?) (?:Kdump: loaded )?(?:Not tainted|Tainted: )/u,
  /^Pid: (?<pid>\d+), comm: (?<name>.{1,64}?) (?:Not tainted|Tainted: )/u,
  /^WARNING: CPU: \d+ PID: (?<pid>\d+) at /u,
  /^WARNING: .* CPU#\d+: (?<name>.{1,64})\/(?<pid>\d+)$/u,
  /^INFO: task (?<name>.{1,64}):(?<pid>\d+) blocked /u,
  /BUG: soft lockup - CPU#\d+ stuck for .*\[(?<name>.{1,64}):(?<pid>\d+)\]/u,
];

/** Gives the process that a line of a report names; null when it names none. */
export function parseProcess(text: string): KernelProcess | null {
  for (const form of processForms) {
    const groups = form.exec(text.trim())?.groups;
    if (groups?.name !== undefined && groups.pid !== undefined) return { name: groups.name.trim(), pid: Number(groups.pid) };
  }
  return null;
}

/** The taint flags stand between the word and the release, and `#` begins the build number (print_tainted(), init_utsname()). */
const release = /(?:Not tainted|Tainted: [A-Z ]*[A-Z]) +(\S+)(?: #|$)/u;

/** Gives the kernel's release from a line that has it behind the taint flags: `3.16.0-4-amd64`; null for any other line. */
export function parseKernelRelease(text: string): string | null {
  return release.exec(text)?.[1] ?? null;
}

/** Lines that only a kernel report has; what else the kernel prints meanwhile is somebody else's. */
const shapes = [
  /^(?:Modules linked in:|CPU: \d|Pid: \d|Hardware name:|Workqueue:|task: ?\S|Tainted: |Not tainted )/u,
  /^(?:RIP|EIP|IP|RSP|EFLAGS|R[A-Z0-9]{2}|FS|GS|CS|DS|CR\d|DR\d|PKRU|ORIG_RAX)[: ]/u,
  /^(?:Stack:|Call Trace:|Backtrace:|stack backtrace:|Code:|Process .*\(pid|PGD |#PF:|Kernel Offset:|Rebooting in |Dumping ftrace)/u,
  /^<\/?(?:TASK|IRQ|NMI|SOFTIRQ|EOI|EOE|ENTRY_TRAMPOLINE|#[A-Z0-9]+)>/u,
  /^(?:\[<[0-9a-f]+>\]|(?:\? )?[A-Za-z_$][\w.$]*\+0x[0-9a-f]+|(?:\? )?0x[0-9a-f]{8,16}$|[0-9a-f]{16}(?: |$))/u,
  /^(?:---\[ end |note: .* exited with |"echo 0 > |Future hung task reports|INFO: task .* is blocked on |Showing all locks|NMI backtrace|Sending NMI)/u,
  /^(?:irq event stamp|hardirqs last|softirqs last|rcu: |\(t=\d|\(detected by|Kernel panic - not syncing)/u,
];

/** Tells whether a kernel line has the shape of a line of a report, without saying of which. */
export function isReportLine(text: string): boolean {
  const trimmed = text.trim();
  return trimmed === '' || shapes.some((shape) => shape.test(trimmed));
}
