import type { CodePlace, TraceEntry } from './trouble.ts';

/*
 * Places in kernel code, as printed by every architecture and version: show_regs() and show_trace_log_lvl() or dump_backtrace_entry() under
 * arch/, the symbols by vsnprintf's %pB and %pS, and what scripts/decode_stacktrace.sh and syzkaller make of them.
 *
 *     x86     RIP: 0010:f+0x1d/0x40 [btrfs]           ? f+0x1d/0x40 [btrfs]; until 4.9 [<ffffffffa0189acd>] before it
 *     arm     PC is at f+0x1d/0x40 [btrfs]            [<c0101010>] (g [btrfs]) from [<c0202020>] (f+0x1d/0x40 [btrfs])
 *     arm64   pc : f+0x1d/0x40 [btrfs]                f+0x1d/0x40 [btrfs] (P)
 *     ppc     NIP [c000000000101010] .f+0x1d/0x40     [c000000000202020] [c000000000303030] f+0x1d/0x40 [btrfs] (unreliable)
 *     s390    Krnl PSW : … … (f+0x1d/0x40 [btrfs])    ([<00000000003a4b5c>] f+0x1d/0x40 [btrfs])
 *     riscv   epc : f+0x1d/0x40 [btrfs]               [<ffffffff80101010>] f+0x1d/0x40 [btrfs]
 *     decoded RIP: 0010:f (fs/btrfs/x.c:5) btrfs      f+0x1d/0x40 fs/btrfs/x.c:5 [btrfs]
 */

const name = String.raw`\.?(?<function>[A-Za-z_$][\w.$]{0,200})`;
const source = String.raw`[\w./+-]{1,300}:(?:\d+|\?)(?::\d+)?(?: \(discriminator \d+\))?`;
/** In brackets the module, and since 5.14 perhaps a build id behind it; until 2.6.25 it stood before the symbol, as `:btrfs:`. */
const symbol = String.raw`(?::(?<oldModule>[\w-]{1,60}):)?${name}\+(?<offset>0x[0-9a-f]{1,16})\/0x[0-9a-f]{1,16}(?: ${source})?(?: \((?:${source} ?)+\))?(?: \[(?<module>[\w-]{1,60})[^\]]{0,80}\])?`;
const decoded = String.raw`${name} \((?:${source}|\?\?:\?)(?: (?:${source}|\?\?:\?))*\)(?: \[?(?<module>[\w-]{1,60})(?: [0-9a-f]{16,64})?\]?)?`;
const inlined = String.raw`${name} ${source} \[inline\]`;

const marker = String.raw`<{1,2}\/?[A-Z#][A-Z0-9_# ]{0,30}>{1,2}`;
const addresses = String.raw`(?:\(?\[<?[0-9a-f]{4,16}>?\]\s*)*`;
const pointer = [
  String.raw`RIP: (?:[0-9a-f]{4}:)?`,
  String.raw`(?:RIP|EIP|IP|PC|pc)\s*:? +`,
  String.raw`(?:EIP|PC|pc) is at `,
  String.raw`NIP:? `,
  String.raw`(?:epc|era|ERA|EPC)\s*: +(?:[0-9a-f]{8,16} )?`,
  String.raw`Krnl PSW : [0-9a-f]{8,16} [0-9a-f]{8,16} \(`,
  String.raw`TPC: <`,
].join('|');

const instructionPointers = [symbol, decoded, inlined].map((place) => new RegExp(String.raw`^(?:${pointer})${addresses}${place}`, 'u'));
const traceEntries = [symbol, decoded, inlined].map(
  (place) =>
    new RegExp(String.raw`^(?:${marker}\s*)*${addresses}(?<uncertain>\? )?${place}(?:\(\)|\))?(?: \((?:[A-Z]{1,4}|unreliable)\))*$`, 'u'),
);
const armEntry = new RegExp(
  String.raw`^(?:\[<[0-9a-f]+>\] )?\(?[\w.$]+(?:\+0x\S+)?(?: \[[^\]]+\])?\)? from ${addresses}\(?${symbol}\)?`,
  'u',
);
const entryForms = [...traceEntries, armEntry];
const warningPlaces = [symbol, decoded].map((place) => new RegExp(String.raw` at (?:\S+:\d+ )?${place}`, 'u'));
/** `BUG: KASAN: use-after-free in f+0x1d/0x40`, `watchdog: CPU 5 self-detected hard LOCKUP @ f+0x1d/0x40`. */
const announcedPlaces = [symbol, decoded].map(
  (place) => new RegExp(String.raw`^(?:BUG: K[A-Z]SAN: |BUG: KFENCE: |watchdog: ).* (?:in|@) ${place}`, 'u'),
);
const oldWarningPlace = /^(?:WARNING: at|Badness (?:at|in)) \S+:\d+ (?<function>[A-Za-z_]\w{0,200})\(\)/u;

/** Gives the function where the instruction pointer was, from a `RIP:`, `pc :`, `NIP` or alike line; null for any other line and for user-space addresses. */
export function parseInstructionPointer(text: string): CodePlace | null {
  return firstPlace(instructionPointers, text.trim());
}

/** Gives the place that a `WARNING: …` line names, in the old form (`at FILE:LINE function`) and in the new one (`FILE:LINE at function`). */
export function parseWarningPlace(text: string): CodePlace | null {
  return firstPlace([...warningPlaces, oldWarningPlace], text);
}

/** Gives the place that the first line of a report names itself; null when it names none. */
export function parseAnnouncedPlace(text: string): CodePlace | null {
  return firstPlace(announcedPlaces, text);
}

/** Gives the entry in a line of a call trace; null when there is none, as in `? 0xffffffffc02e7000` or `<TASK>`. */
export function parseTraceEntry(text: string): TraceEntry | null {
  // Most lines of a log are not entries, and the forms are long.
  if (!text.includes('+0x') && !text.includes(' (') && !text.includes('[inline]')) return null;
  const trimmed = text.trim();
  for (const form of entryForms) {
    const groups = form.exec(trimmed)?.groups;
    const place = placeOf(groups);
    if (place !== null) return { ...place, uncertain: groups?.uncertain !== undefined };
  }
  return null;
}

/** Tells whether a line of a trace is ARM's `X from Y`, which no `Call Trace:` announces. */
export function isArmTraceEntry(text: string): boolean {
  return armEntry.test(text.trim());
}

/** What may stand between the entries of a trace: addresses without symbols, markers such as `<IRQ>`, the interrupted code with its registers. */
const betweenEntries = [
  /^$/u,
  /^(?:\? )?(?:\(?\[<?[0-9a-f]{4,16}>?\]|0x[0-9a-f]+$)/u,
  /^<{1,2}\/?[A-Z#]/u,
  /^(?:\? )?(?:[A-Za-z_$.][\w.$]*\+0x)/u,
  /^(?:r\d{1,2}|fp|ip|sl):[0-9a-f]{8}\b/u,
  /^(?:RIP|RSP|EIP|Code|R[A-Z0-9]{2}|E[A-Z]{2}|ORIG_RAX|[C-G]S|CR\d|DR\d|PKRU|EFLAGS): /u,
  /^(?:NIP|LR|REGS|MSR|CFAR|DAR|IRQMASK|GPR\d\d|(?:pc|lr|sp|pstate|x\d{1,2}) ?):? /u,
  /^(?:Exception stack\(|[0-9a-f]{4}: +[0-9a-f]{8}|--- (?:interrupt|Exception)|LR = |Function entered at|sp=[0-9a-f]+ bsp=)/u,
];

/** Tells whether a line may belong to a running call trace. */
export function isOfTrace(text: string): boolean {
  const trimmed = text.trim();
  return betweenEntries.some((shape) => shape.test(trimmed)) || parseTraceEntry(trimmed) !== null;
}

/** Formats a place as one word: `btrfs_kobj_rm_device+0x1d`. */
export function formatPlace(place: CodePlace): string {
  return place.offset === null ? place.function : `${place.function}+${place.offset}`;
}

function firstPlace(forms: readonly RegExp[], text: string): CodePlace | null {
  for (const form of forms) {
    const place = placeOf(form.exec(text)?.groups);
    if (place !== null) return place;
  }
  return null;
}

function placeOf(groups: Readonly<Record<string, string | undefined>> | undefined): CodePlace | null {
  if (groups?.function === undefined) return null;
  return { function: groups.function, offset: groups.offset ?? null, module: groups.module ?? groups.oldModule ?? null };
}
