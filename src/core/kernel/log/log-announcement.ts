import { isNamedDeath, parseAnnouncement } from '../announcement.ts';
import type { Announcement, ReportKind } from '../announcement.ts';
import { parseInstructionPointer } from '../code-place.ts';
import { parseKernelRelease } from '../report-facts.ts';

/**
 * What the first line of a report says in a person's log. A machine's own console is judged more strictly (announcement.ts): there every
 * line with `WARNING:` and `BUG:` is the kernel's.
 */

/** Messages with `BUG:` or `INFO:` that only help to debug the kernel; lockdep's headings, in brackets until 4.x. */
const debuggingAids = [
  /^BUG: (?:KCSAN: |sleeping function called from |MAX_\w+ too low|using \w+\(\) in preemptible|workqueue leaked |memory leak$|key .* not been registered|Invalid wait context)/u,
  /^\[ (?:BUG|INFO|WARNING): .{1,120} \]$/u,
  /^INFO: (?:suspicious RCU usage|possible .{1,60} detected|inconsistent lock state|trying to register non-static key|.{1,60} lock order detected)/u,
];

/** Any other `WARNING: ` is the remark of a driver or program: __warn() in kernel/panic.c, kernel/locking/lockdep.c, arch/x86/kernel/unwind_*.c. */
const warnings = [
  /^WARNING: (?:CPU: \d+ PID: \d+ )?at \S/u,
  /^WARNING: (?:\[.{1,200}\] )?\S+:\d+ at \S/u,
  /^WARNING: (?:possible (?:circular|recursive|irq lock|nested)|inconsistent lock state|suspicious RCU usage|bad (?:unlock|contention)|lock held |held lock |Nested lock|Invalid wait context|\S+-?(?:safe|READ|unsafe)\S* -> |.{1,80} still has locks held)/u,
  /^WARNING: (?:kernel stack (?:frame pointer|regs) at|can't (?:dereference|access) registers at|stack recursion on|stack going in the wrong direction)/u,
  /^Badness (?:at|in) \S/u,
  /^UBSAN: /u,
  // warn_alloc() in mm/page_alloc.c, __report_bad_irq() in kernel/irq/spurious.c, sysfs_warn_dup() in fs/sysfs/dir.c
  /^.{1,64}: page allocation (?:failure|stalls)/u,
  /^irq \d+: nobody cared/u,
  /^sysfs: cannot create duplicate filename/u,
  // generic_shutdown_super() in fs/super.c, filp_close() in fs/open.c
  /^VFS: (?:Busy inodes after unmount|Close: file count is)/u,
];

/** Kernel messages about a program's fault begin like the program's own. */
const userFault =
  /^.{1,64}\[\d{1,8}\]: (?:segfault at |unhandled |undefined instruction|bad frame|syscall \d|User fault|trap |general protection)/u;

/** Tells whether a line is about a program that died of its own fault. */
export function isUserFault(text: string): boolean {
  return userFault.test(text.trim());
}

/** Stacks that somebody requested: by SysRq, or one processor from another (sched_show_task(), nmi_cpu_backtrace()). */
const dumps = [
  /^(?:sysrq: |SysRq : )(?:Show|show)/u,
  /^task:\S.{0,60} state:[A-Z]/u,
  /^task +PC stack/u,
  /^\S.{0,15} +[A-Z] [0-9a-f]{8,16} +\d+ +\d+ +\d+ 0x[0-9a-f]{8}/u,
  /^(?:NMI backtrace for cpu \d|Sending NMI from|Showing (?:busy workqueues|all locks held))/u,
  // A program that died of its own fault: show_signal_msg() and arm64_show_signal() under arch/, print_fatal_signal() in kernel/signal.c
  userFault,
  /^(?:traps: |potentially unexpected fatal signal \d|FAULT_INJECTION: forcing a failure)/u,
];

const outOfMemory = /^(?:.{1,64} invoked oom-killer: |(?:Memory cgroup out of memory|Out of memory[^:]{0,60}): Kill(?:ed)? process \d)/u;

/** A filesystem gave up: btrfs_handle_fs_error() and btrfs_abort_transaction() in fs/btrfs, ext4_handle_error(), xfs_do_force_shutdown(). */
const forcedReadonly = [
  /^BTRFS.{0,80}(?:forced readonly|forced shutdown|[Tt]ransaction (?:\d+ )?aborted)/u,
  /^(?:EXT[234]-fs .{0,80}: )?Remounting filesystem read-only/u,
  /^XFS \([\w-]+\): .*(?:[Ss]hutting down filesystem|[Ff]ilesystem has been shut down)/u,
];

/** `BUG:` and `kernel BUG` exactly as the kernel prints them, for lines without a known writer. */
const kernelBugs =
  /^(?:kernel BUG at \S+:\d+|BUG: (?:soft lockup|unable to handle|kernel NULL|Kernel NULL|Unable to handle kernel|KASAN: |KFENCE: |KMSAN: |Bad (?:page|rss-counter)|non-zero|scheduling while atomic|spinlock|rwlock|workqueue lockup|Dentry|[A-Za-z ]*stack guard page|atomic counter|unsupported|held lock|looking up|recent printk))/u;
/** slab_bug() in mm/slub.c; until 3.2 without the taint flags. */
const slabBug = /^BUG [\w.:-]{1,64} \((?:Not tainted|Tainted: )/u;
const oldSlabBug = /^BUG [\w.:-]{1,64}: (?:Object|Poison|Redzone|Freepointer|Objects|Invalid|Wrong|Padding)/u;

const table: readonly (readonly [readonly RegExp[], ReportKind])[] = [
  [debuggingAids, 'warning'],
  [warnings, 'warning'],
  [dumps, 'dump'],
  [[outOfMemory], 'out-of-memory'],
  [forcedReadonly, 'forced-readonly'],
  [[slabBug, oldSlabBug], 'bug'],
];

/** Every line that matches a form contains one of these: most lines of a log do not, and need no further checks. */
const maybeAnnouncement =
  /BUG|WARNING|INFO|Badness|UBSAN|Oops|anic|PANIC|LOCKUP|lockup|stalls?\b|Unable|Kernel|Bad |rror: |\[#?\d+\]|oom-killer|emory|nobody|allocation|duplicate|VFS|BTRFS|Remounting|filesystem|ys[Rr]q|task|NMI|Showing|segfault|unhandled|undefined|syscall|signal|FAULT|traps: |bad frame|User fault|: trap |fault|0x[0-9a-f]{8}/u;

/** The general form of a death in a kernel line: names from its configuration follow the number. */
const death = /^.{1,160}: [0-9a-f]{4,16} \[#\d+\](?:$| [A-Z])/u;

/**
 * Gives what a line of a log announces; null for a line that opens no report. `isKernels`: the log itself marks the line as the kernel's;
 * otherwise only what no program prints is believed.
 */
export function parseLogAnnouncement(text: string, isKernels: boolean): Announcement | null {
  if (!maybeAnnouncement.test(text)) return null;
  const trimmed = text.trim();
  for (const [forms, kind] of table) if (forms.some((form) => form.test(trimmed))) return { kind, isDeath: false };
  if (isNamedDeath(trimmed)) return { kind: 'oops', isDeath: true };
  if (trimmed.startsWith('---[ end Kernel panic')) return { kind: 'panic', isDeath: false };
  if (trimmed.startsWith('WARNING: ')) return null;
  const strict = parseAnnouncement(trimmed);
  if (strict === null) return null;
  if (strict.isDeath) return isKernels && death.test(trimmed) ? strict : null;
  if (strict.kind === 'bug') return isKernels || kernelBugs.test(trimmed) ? strict : null;
  return strict;
}

/** Only show_fault_oops() prints these: the fragment is part of an oops. */
const ofOops = /^(?:#PF: |PGD [0-9a-f]|Fixing recursive fault)/u;

/** Lines that occur only inside a report, and prove that there was one. */
const pieces =
  /^(?:CPU: \d+ .*PID: \d+ Comm: |Pid: \d+, comm: |Call [Tt]race:|Modules linked in: |---\[ end trace|note: .{1,64}\[\d+\] exited with |INFO: task .+:\d+ is blocked on |Krnl PSW : |NIP \[|PC is at |pc : \w)/u;

/** The same for fragments. */
const maybePiece = /#PF|PGD|Fixing|CPU|Pid|Call|Modules|end trace|exited|blocked|Krnl|NIP|PC|pc|IP|epc|era|ERA|EPC|TPC|ainted| #/u;

/** Classifies a line from a report without a first line: `fragment`, or `oops` where it says so; null for any other line. */
export function parseFragment(text: string): Announcement | null {
  if (!maybePiece.test(text)) return null;
  const trimmed = text.trim();
  if (ofOops.test(trimmed)) return { kind: 'oops', isDeath: false };
  const isPiece = pieces.test(trimmed) || parseInstructionPointer(trimmed) !== null || parseKernelRelease(trimmed) !== null;
  return isPiece ? { kind: 'fragment', isDeath: false } : null;
}
