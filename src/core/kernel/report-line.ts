import { parseTraceEntry } from './code-place.ts';

/*
 * The shapes of the lines inside a kernel report. The formats are those of show_regs() under arch/, dump_stack_print_info() in
 * lib/dump_stack.c, print_modules(), check_hung_task() in kernel/hung_task.c, kernel/locking/lockdep.c and mm/kasan/report.c.
 */

/** Lines that occur only in a kernel report; other kernel lines in between do not belong to it. */
const shapes = [
  /^(?:Modules linked in:|CPU: \d|Pid: \d|Hardware name:|Workqueue:|task: ?\S|Tainted: |Not tainted )/u,
  /^(?:RIP|EIP|IP|RSP|EFLAGS|R[A-Z0-9]{2}|FS|GS|CS|DS|CR\d|DR\d|PKRU|ORIG_RAX)[: ]/u,
  /^(?:Stack:|Call [Tt]race\b|Backtrace:|stack backtrace:|Code:|Process .*\(pid|PGD |#PF:|Kernel Offset:|Rebooting in |Dumping ftrace)/u,
  /^<{1,2}\/?(?:TASK|IRQ|NMI|SOFTIRQ|EOI|EOE|DOUBLEFAULT|ENTRY_TRAMPOLINE|#[A-Z0-9]+)>/u,
  /^(?:\(?\[<[0-9a-f]+>\]|(?:\? )?[A-Za-z_$][\w.$]*\+0x[0-9a-f]+|(?:\? )?0x[0-9a-f]{8,16}$|[0-9a-f]{16}(?: |$))/u,
  /^(?:---\[ end |note: .* exited with |"echo 0 > |Future hung task reports|INFO: task .* is blocked on |Showing all locks|NMI backtrace|Sending NMI)/u,
  /^(?:irq event stamp|hardirqs last|softirqs last|rcu: |\(t=\d|\(detected by|Kernel panic - not syncing)/u,
  // arm, arm64
  /^(?:(?:PC|LR) is at |(?:pc|lr|sp|ip|fp|psr|pstate) : |sp : |[rx]\d{1,2} ?: ?[0-9a-f]{8}|pgd = |pgd=|\[[0-9a-f]{8,16}\] \*?(?:pgd|p4d|pud|pmd|address)|Flags: |Control: |Mem abort info:|Data abort info:|ESR = |EC = |SET = |EA = |FSC = |ISV = |CM = |GCS = |swapper pgtable|user pgtable|Exception stack\(|Exception class|Insufficient stack|Stack: \(0x|[0-9a-f]{4}: [0-9a-f]{8}\b)/u,
  // powerpc, s390, riscv, mips, sparc
  /^(?:NIP[: ]|LR[: ] ?\[?|MSR: |CFAR: |DAR: |GPR\d\d: |IRQMASK|REGS: |TASK = |XER: |CR: |Faulting instruction address|Instruction dump:|LE PAGE_SIZE|BE PAGE_SIZE|--- (?:interrupt|Exception))/u,
  /^(?:Krnl (?:PSW|GPRS|Code)\b|Failing address:|Fault in |AS:[0-9a-f]|Last Breaking-Event-Address|R:\d T:\d|User PSW|[0-9a-f]{16}: )/u,
  /^(?:epc ?:|era ?:|ra ?:|status: |cause ?:|badaddr|gp : |tp : |[tsa]\d{1,2} ?: ?[0-9a-f]{8}|\$ ?\d+ +: |Hi +: |Lo +: |Status: |Cause : |BadVA : |PrId |TSTATE: |TPC: |[gil]\d: |I7: |Caller\[)/u,
  // kernel/locking/lockdep.c, mm/kasan/report.c, mm/slub.c, mm/oom_kill.c
  /^(?:[=-]{5,}$|but task is already |which lock already |but there are no more |the existing dependency |other info that |and this task |which would create |the shortest dependencies|the dependencies between|Possible (?:unsafe|interrupt unsafe)|Chain exists of|May be due to|\*\*\* DEADLOCK|\d+ locks? held by |no locks held by |lock\(|#\d+: |-> ?#\d|CPU0 +CPU1|-{4} +-{4}|.{0,80} state was registered at:|\.\.\. )/u,
  /^(?:Allocated by task |Freed by task |Last (?:potentially )?(?:related|call)|Second to last|The buggy address |Memory state around |page:|page dumped because|raw: |flags: 0x|>?[0-9a-f]{16}: |kasan: |KASAN: |Reported by Kernel Concurrency|value changed|(?:read|write)(?:-write)? .*to 0x[0-9a-f]+ of \d+ bytes|(?:Read|Write) of size )/u,
  /^(?:Uninit was |Local variable |Bytes \d+-\d+ of |Memory access of size |Data copied to |kfence-#\d|(?:allocated|freed) by task |Corrupted memory at |(?:Use-after-free|Out-of-bounds|Invalid) .* at 0x)/u,
  /^(?:INFO: (?:Allocated|Freed|Slab|Object|0x)|(?:Bytes b4|Object|Redzone|Padding|FIX)\b)/u,
  /^(?:in_atomic\(\)|preempt_count|RCU nest depth|INFO: lockdep is turned off|Preemption disabled at|caller is |Mem-Info:|active_anon:|Node \d+ |oom-kill:|oom_reaper:|\[ *\d+\] +\d+ +\d+ |\[ +pid +\] |Tasks state|\d+ (?:total pagecache|pages (?:RAM|in swap|HighMem|reserved))|lowmem_reserve)/u,
];

/** Tells whether a kernel line looks like a line of some report. */
export function isReportLine(text: string): boolean {
  const trimmed = text.trim();
  return trimmed === '' || shapes.some((shape) => shape.test(trimmed)) || parseTraceEntry(trimmed) !== null;
}
