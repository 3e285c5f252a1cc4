/*
 * What loggers put before a kernel line. Each peeler removes one prefix and gives what it says about the line; they are tried in turn, each
 * at most once. Sources: print_prefix() in kernel/printk/printk.c, dmesg(1) of util-linux, journalctl(1) (-o), RFC 3164 and 5424, rsyslog's
 * and busybox' files, Documentation/networking/netconsole.rst, Documentation/ABI/testing/dev-kmsg, klogctl's `<N>`.
 */

/** Who wrote a line: the kernel, another program, or unknown. */
export type Speaker = 'kernel' | 'other' | 'unsaid';

/** What a prefix says. */
export interface Told {
  readonly speaker?: Speaker;
  readonly atSeconds?: number;
  readonly caller?: string;
  readonly release?: string;
  /** It has the time, and a prefix with the writer follows. */
  readonly isDate?: true;
}

/** Removes a prefix from a line: gives the rest, and what the prefix said; null without one. */
type Peeler = (text: string) => { readonly rest: string; readonly told: Told } | null;

function peeler(form: RegExp, tell: (groups: Readonly<Record<string, string | undefined>>) => Told): Peeler {
  return (text) => {
    const found = form.exec(text);
    return found === null ? null : { rest: text.slice(found[0].length), told: tell(found.groups ?? {}) };
  };
}

/** Facilities are numbered as in syslog(3): 0 is the kernel's. */
function speakerOf(priority: string | undefined): Speaker {
  return Number(priority) >> 3 === 0 ? 'kernel' : 'other';
}

const clock = String.raw`\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?`;
const zone = String.raw`(?:Z|[+-]\d\d:?\d\d)`;
const isoDate = String.raw`\d{4}[-/]\d\d[-/]\d\d`;
/** Months and weekdays in any language: `janv.`, `Mär`, `1月`, `янв`. */
const word = String.raw`(?:[^\s\d\[\]<>:;,=()]{1,12}|\d{1,2}月|\d{1,2}월),?`;
const month = String.raw`(?:${word} +)?${word} +\d{1,2}`;
const delta = String.raw`(?: *<[ +]*\d+\.\d+>)?`;
const facilities = 'kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local[0-7]';

const priority = peeler(/^\s*<(?<n>\d{1,3})>(?:1 (?=\d{4}-))?/u, ({ n }) => ({ speaker: speakerOf(n) }));
const facilityColumn = peeler(
  new RegExp(String.raw`^\s*(?<facility>${facilities}) *: *(?:emerg|alert|crit|err|warn|notice|info|debug) *: ?`, 'u'),
  ({ facility }) => ({ speaker: facility === 'kern' ? 'kernel' : 'other' }),
);
/** Extended netconsole and /dev/kmsg: `[release,]priority,sequence,microseconds,flags[,key=value];`. */
const record = peeler(
  /^(?:(?<release>\d+\.\d+[^,;\s]*),)?(?<n>\d{1,4}),\d{1,20},(?<us>\d{1,18}),[-c+](?<rest>(?:,[\w-]+=[^,;]*)*);/u,
  ({ n, us, release, rest }) => {
    const caller = /,caller=([TC]\d+)/u.exec(rest ?? '')?.[1];
    return {
      speaker: speakerOf(n),
      atSeconds: Number(us) / 1e6,
      ...(release === undefined ? {} : { release }),
      ...(caller === undefined ? {} : { caller }),
    };
  },
);
const stamp = peeler(new RegExp(String.raw`^\s*\[ *(?<at>\d{1,12}\.\d{6})(?:,\d)?${delta}\] ?`, 'u'), ({ at }) => ({
  speaker: 'kernel',
  atSeconds: Number(at),
}));
/** `[  +0.000001]` of `dmesg -H`, `[<    0.000001>]` of `dmesg -d -t`. */
const deltaStamp = peeler(new RegExp(String.raw`^\s*\[ *(?:[+-]\d+\.\d{6}${delta}|<[ +]*\d+\.\d{6}>)\] ?`, 'u'), () => ({
  speaker: 'kernel',
}));
/** `[12345678]`: not only kernel lines begin like this. */
const wholeStamp = peeler(new RegExp(String.raw`^\s*\[ *\d{1,12}${delta}\] ?`, 'u'), () => ({}));
const apacheLevel = String.raw`\[(?:\w+:)?(?:emerg|alert|crit|error|warn|notice|info|debug|trace\d)\]`;
/** `[Tue Jan  2 03:04:05 2024]` of `dmesg -T`, `[Jan 2 03:04]` of `dmesg -H`. Apache's has its level behind it: `[core:error]`. */
const dmesgDate = peeler(
  new RegExp(
    String.raw`^\s*\[${word} +${month} +${clock} +\d{4}${delta}\](?! ?${apacheLevel}) ?|^\s*\[${word} *\d{1,2} +\d{1,2}:\d\d\] ?`,
    'u',
  ),
  () => ({
    speaker: 'kernel',
  }),
);
/** `2024-01-02T03:04:05,000001+01:00` of `dmesg --time-format iso`: the comma tells it from the others. */
const dmesgIso = peeler(new RegExp(String.raw`^\s*\[?${isoDate}T\d\d:\d\d:\d\d,\d{6}${zone}${delta}\]? `, 'u'), () => ({
  speaker: 'kernel',
}));
const consoleDate = peeler(new RegExp(String.raw`^\s*\[(?:${isoDate}[T ])?${clock}${zone}?\] ?`, 'u'), () => ({}));
const logDate = peeler(
  new RegExp(
    [
      String.raw`^\s*(?:${word} +)?${isoDate}[T ]${clock} ?${zone}?(?: [A-Z]{2,5})? +`,
      String.raw`^\s*(?:\d{4} +)?${month}(?:,? +\d{4})? +${clock}(?: +\d{4})?(?: [A-Z]{3,4}(?= ))? +`,
      String.raw`^\s*\d{9,11}\.\d{3,6} +(?=\S+ \S+: )`,
      String.raw`^\s*\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})? +`,
    ].join('|'),
    'u',
  ),
  () => ({ isDate: true }),
);
const kernelTag = peeler(
  new RegExp(
    String.raw`^\s*(?:[^\s:\[\]]{1,255} +)?(?:(?:${facilities})\.[a-z]+ +)?kernel(?:\[\d+\])?(?:: ?| +(?:-|\d+) +\S+ +(?:-|\[[^\]]*\]) +)`,
    'u',
  ),
  () => ({ speaker: 'kernel' }),
);
const caller = peeler(/^\s*\[ *(?<caller>[TC]\d{1,10})\] ?/u, (groups) => ({ caller: groups.caller ?? '' }));
/** Some phones' kernels: processor, process and its id. */
const vendorCaller = peeler(/^\s*(?:-?\(\d\)\[\d{1,7}:[^\]]{1,20}\]|\[\d: *[^\]:]{1,16}: *\d{1,7}\]) ?/u, () => ({}));

/** Netconsole's lines in a syslog have a host but no tag. */
const host = peeler(/^\s*[^\s[\]]{0,254}[^\s[\]:] +(?=\[ *\d{1,12}\.\d{6}\]|<\d{1,3}>\[)/u, () => ({}));

/** The kinds of prefixes in their possible order, outermost first; each occurs at most once. */
export const prefixKinds: readonly (readonly Peeler[])[] = [
  [priority],
  [facilityColumn],
  [record],
  [dmesgIso, logDate, consoleDate],
  [kernelTag, host],
  [dmesgDate, stamp, deltaStamp, wholeStamp],
  [caller, vendorCaller],
];
