import { parseConsoleLine } from './console-line.ts';

/** Which part of the kernel complained. */
type ComplaintLayer = 'btrfs' | 'device-mapper' | 'block' | 'scsi';

/**
 * How bad it is, on our own scale across the layers: `critical` the filesystem stopped itself or says that it is damaged, `error`
 * something was lost or refused, `warning` something unusual was handled.
 */
type ComplaintSeverity = 'critical' | 'error' | 'warning';

/** A line of the kernel log, outside of whole reports, that an administrator must see. */
export interface Complaint {
  readonly layer: ComplaintLayer;
  readonly severity: ComplaintSeverity;
  /** The message without its stamp. */
  readonly text: string;
  readonly atSeconds: number | null;
  /** The filesystem stopped taking writes: `forced readonly`, or an aborted transaction. */
  readonly stopsWriting: boolean;
}

type Verdict = readonly [ComplaintLayer, ComplaintSeverity];

/** The filesystem gave up: btrfs_handle_fs_error() in fs/btrfs/messages.c, btrfs_abort_transaction() in transaction.h, a shut-down filesystem since 6.19. */
const stopsWriting = /^BTRFS.*(?:forced readonly|forced shutdown|[Tt]ransaction (?:\d+ )?aborted|Skipping commit of aborted transaction)/u;

/** Order matters. Levels are those of btrfs_printk() in fs/btrfs/messages.c; `BTRFS: ` without a level is 3.x or a message without a filesystem. */
const forms: readonly (readonly [RegExp, Verdict])[] = [
  [stopsWriting, ['btrfs', 'critical']],
  // A repair means that a copy was bad, whatever its level.
  [/^BTRFS.*(?:read error corrected|[^n]fixed up error at logical)/u, ['btrfs', 'warning']],
  [/^BTRFS (?:emergency|alert|critical)\b/u, ['btrfs', 'critical']],
  [/^BTRFS(?: error\b|: error \()/u, ['btrfs', 'error']],
  [/^BTRFS warning\b/u, ['btrfs', 'warning']],
  [/^BTRFS: .*(?:\berrs: |errors?\b|failed|lost page write|unable to|mismatch|corrupt)/iu, ['btrfs', 'error']],
  [/^device-mapper: .*(?:\berrors?\b|fail|unable|invalid|not found|unknown|-E[A-Z]+\)|mismatch|offline)/iu, ['device-mapper', 'error']],
  // blk_status_to_str() texts of blk_print_req_error() in block/blk-mq.c, under the names it had since 3.x
  [/^(?:blk_update_request: |print_req_error: |end_request: )?[\w/-]+(?: [\w-]+)? error, dev \S+, sector \d+/u, ['block', 'error']],
  [/^(?:blk_update_request|print_req_error|end_request): /u, ['block', 'error']],
  [/^Buffer I\/O error on (?:dev|device) /u, ['block', 'error']],
  [
    /^(?:sd|scsi) \S+ (?:\[\w+\] )?.*(?:FAILED Result|Sense Key ?:|Add\. Sense|rejecting I\/O|Device offlined|[Uu]nhandled|timing out|failed|abort)/u,
    ['scsi', 'error'],
  ],
  [/^scsi\S*: .*(?:fail|error|offline|abort|reset)/iu, ['scsi', 'error']],
];

/** Gives the storage layers' complaints in the order of the log. `lines` are console or dmesg lines; all others are left out. */
export function btrfsComplaints(lines: Iterable<string>): readonly Complaint[] {
  const complaints: Complaint[] = [];
  for (const rawLine of lines) {
    const line = parseConsoleLine(rawLine);
    const text = line.text.trim();
    const verdict = forms.find(([form]) => form.test(text))?.[1];
    if (verdict === undefined) continue;
    const [layer, severity] = verdict;
    complaints.push({ layer, severity, text, atSeconds: line.atSeconds, stopsWriting: stopsWriting.test(text) });
  }
  return complaints;
}
