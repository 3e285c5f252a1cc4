import type { KernelTroubleKind } from './trouble.ts';

/** What the first line of a report says. */
export interface Announcement {
  readonly kind: ReportKind;
  /** Whether it is the line with the number of deaths, `Oops: 0000 [#1]`: it may open a report, or follow the `BUG:` line that did. */
  readonly isDeath: boolean;
  /** What the report is about, if another line says it. */
  readonly what?: string;
}

/** What a report is: trouble, or a `dump` that somebody asked for, which looks the same but is not trouble. */
export type ReportKind = KernelTroubleKind | 'dump';

/** `%s: %04lx [#%d]` of __die_header() in arch/x86/kernel/dumpstack.c: `Oops: 0000 [#1]`, `general protection fault: 0000 [#1]`, `double fault…`. */
const death = /^.{1,160}: [0-9a-f]{4,16} \[#\d+\]/u;

/**
 * Deaths by name: x86's exceptions (traps.c), arm's (traps.c, fault.c), powerpc's, s390's with the length of the instruction, riscv's and
 * those of mips and loongarch, sparc's and alpha's. Until 2.6.24 the number had no `#`.
 */
const namedDeaths = [
  /^(?:Oops: )?(?:Oops|[a-z][a-z0-9 ]{2,40}|invalid TSS|Bad pagetable|VMM Communication Exception|general protection fault, [^:]{1,160}): [0-9a-f]{4,16} \[#?\d+\](?: [A-Z][\w ()]*)?$/u,
  /^Internal error: .{1,120} \[#\d+\]/u,
  /^Oops: [A-Z][\w ]{3,80}, sig: \d+ \[#\d+\]/u,
  /^[A-Za-z][A-Za-z -]{2,60}: [0-9a-f]{4} ilc:\d \[#\d+\]/u,
  /^(?:Oops|Kernel BUG)(?: - [\w /()-]{3,60})? \[#\d+\]$/u,
  /^(?:Oops|Kernel bug detected|Break instruction in kernel code|Reserved instruction in kernel code|Unhandled kernel unaligned access[\w ]*)\[#\d+\]:$/u,
  /^\S.{0,62}\(\d+\): (?:Oops|Kernel bad \w+ trap.*|Whee.*) \[#\d+\]/u,
];

/** Tells whether a line has the number of deaths, under any architecture's name for it. */
export function isNamedDeath(text: string): boolean {
  return namedDeaths.some((form) => form.test(text.trim()));
}

/** Order matters: specific `BUG:` lines come before the general one. */
const forms: readonly (readonly [RegExp, KernelTroubleKind])[] = [
  // watchdog_timer_fn() in kernel/watchdog.c; `NMI watchdog: ` before it in 4.x
  [/^(?:NMI )?(?:watchdog: )?BUG: soft lockup - CPU#\d+ stuck for \d+/u, 'soft-lockup'],
  [/^(?:NMI )?(?:watchdog: )?(?:CPU\d+: )?Watchdog detected hard LOCKUP on cpu/u, 'soft-lockup'],
  // arch/powerpc/kernel/watchdog.c
  [/^[Ww]atchdog:? CPU[ :]\d+ (?:self-)?(?:detected )?[Hh]ard LOCKUP/u, 'soft-lockup'],
  // print_other_cpu_stall() and print_cpu_stall() in kernel/rcu/tree_stall.h; show_workqueue_state's caller in kernel/workqueue.c
  [/^(?:rcu: )?INFO: rcu\w* (?:self-)?detected (?:expedited )?stalls?\b/u, 'stall'],
  [/^BUG: workqueue lockup - pool/u, 'stall'],
  // show_fault_oops() in arch/x86/mm/fault.c; handle_stack_overflow() in arch/x86/kernel/traps.c
  [/^BUG: (?:unable to handle |kernel NULL pointer dereference|[A-Za-z ]*stack guard page was hit)/u, 'oops'],
  [/^(?:traps: )?PANIC: double fault/u, 'oops'],
  // die_kernel_fault() in arch/arm64/mm/fault.c and its like; bad_page_fault() in arch/powerpc/mm/fault.c; parisc_terminate()
  [/^(?:CPU \d+ )?Unable to handle kernel /u, 'oops'],
  [/^BUG: (?:Unable to handle kernel |Kernel NULL pointer dereference)/u, 'oops'],
  [/^(?:Kernel Fault|Bad Address \([^)]*\)): Code=\d+/u, 'oops'],
  // report_bug() in lib/bug.c, then everything else that prints `BUG:` (lib/, mm/, kernel/sched/)
  [/^kernel BUG\b/u, 'bug'],
  [/^BUG: /u, 'bug'],
  // check_hung_task() in kernel/hung_task.c; `in I/O wait` since 6.19
  [/^INFO: task .+:\d+ (?:blocked|can't die) (?:in I\/O wait )?for more than \d+ seconds/u, 'hung-task'],
  // panic() in kernel/panic.c
  [/^Kernel panic - not syncing/u, 'panic'],
  // __warn() in kernel/panic.c, lib/ubsan.c
  [/^(?:WARNING|UBSAN): /u, 'warning'],
];

/** Gives what a kernel line announces; null for a line that opens no report. `text` is the line without its stamp. */
export function parseAnnouncement(text: string): Announcement | null {
  const trimmed = text.trim();
  for (const [form, kind] of forms) if (form.test(trimmed)) return { kind, isDeath: false };
  return death.test(trimmed) || isNamedDeath(trimmed) ? { kind: 'oops', isDeath: true } : null;
}
