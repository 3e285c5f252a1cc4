import type { DiskSense, ErrorFault } from '../../core/fault/fault.ts';
import { listFaultBlocks } from '../../core/fault/fault-blocks.ts';

/*
 * QEMU's SCSI disk turns these Linux error numbers into sense data (scsi/utils.c, scsi_sense_from_errno). Seen in guests,
 * kernel 6.12: Medium Error/Unrecovered read error, "critical medium error"; Hardware Error/Internal target failure,
 * "critical target error"; Aborted Command/I/O process terminated, "I/O error", after 90 ms of retries.
 */
const errnoOfSense: Readonly<Record<DiskSense, number>> = { 'medium-error': 61, 'hardware-error': 121, 'aborted-command': 5 };

const defaultSense: Readonly<Record<ErrorFault['kind'], DiskSense>> = {
  'read-errors': 'medium-error',
  'write-errors': 'hardware-error',
  'all-errors': 'hardware-error',
};

/** The requests that fail, as blkdebug's `iotype`; without it flushes would fail with every fault. */
const failingRequests: Readonly<Record<ErrorFault['kind'], readonly string[]>> = {
  'read-errors': ['read'],
  'write-errors': ['write', 'write-zeroes'],
  'all-errors': ['read', 'write', 'write-zeroes', 'discard'],
};

/** The events that count requests: the raw driver above emits one just before it passes on a request. */
const countedEvents: Readonly<Record<ErrorFault['kind'], readonly (readonly [event: string, request: string])[]>> = {
  'read-errors': [['read_aio', 'read']],
  'write-errors': [['write_aio', 'write']],
  'all-errors': [
    ['read_aio', 'read'],
    ['write_aio', 'write'],
  ],
};

/**
 * Gives the rules of a fault as blkdebug reads them from a file. From a file, because the same rules as options of blockdev-add take QEMU
 * 1.8 s for 2048 and 35 s for 16 384, while the guest is paused; from a file 10 and 75 ms. Source: QEMU, docs/devel/testing/blkdebug.
 */
export function formatErrorRules(fault: ErrorFault): string {
  const errno = errnoOfSense[fault.sense ?? defaultSense[fault.kind]];
  const rules = fault.everyNth === undefined ? listPlaceRules(fault, errno) : listCountingRules(fault, fault.everyNth, errno);
  return `${rules.join('\n\n')}\n`;
}

function listPlaceRules(fault: ErrorFault, errno: number): readonly string[] {
  const requests = failingRequests[fault.kind];
  const inject = (iotype: string, place: Readonly<Record<string, number>>): string =>
    formatRule('inject-error', { event: 'none', iotype, errno, ...place });
  if (fault.at !== undefined) {
    return listFaultBlocks(fault.at).flatMap((block) => requests.map((iotype) => inject(iotype, { sector: block / 512 })));
  }
  return [...requests, ...(fault.kind === 'all-errors' ? ['flush'] : [])].map((iotype) => inject(iotype, {}));
}

/** States 1 to N in a circle, one step per request. The failing rule is active in the last state, others in the first. */
function listCountingRules(fault: ErrorFault, everyNth: number, errno: number): readonly string[] {
  return countedEvents[fault.kind].flatMap(([event, iotype]) => [
    ...Array.from({ length: everyNth }, (_state, index) =>
      formatRule('set-state', { event, state: index + 1, new_state: ((index + 1) % everyNth) + 1 }),
    ),
    ...(everyNth === 1 ? [] : [formatRule('inject-error', { event, state: 1, iotype, errno: 0 })]),
    formatRule('inject-error', { event, state: everyNth, iotype, errno }),
  ]);
}

function formatRule(section: string, options: Readonly<Record<string, string | number>>): string {
  return [`[${section}]`, ...Object.entries(options).map(([key, value]) => `${key} = "${String(value)}"`)].join('\n');
}
