import { join } from 'node:path';
import { faultBlockBytes } from '../../core/fault/fault.ts';
import type { ErrorFault, SlowDisk, StandingFault } from '../../core/fault/fault.ts';
import { formatNodeNames } from '../qemu/block-nodes.ts';
import type { DriverOptions, ObjectOptions } from '../qmp/qmp-protocol.ts';
import { formatErrorRules } from './error-rules.ts';

/** A node that passes requests on to the one below it. */
export type FilterNode = DriverOptions & { readonly 'node-name': string };

/**
 * The filters between a disk's device and its image, one or two per fault, the first fault lowest:
 *
 *     device ──► fault 2 ──► fault 1 ──► format ──► file
 *
 * They are above the format, so that places are the guest's, whatever the image's format and backing files.
 */
export interface FaultChain {
  /** Files that must exist while the nodes are added, but not afterwards. */
  readonly ruleFiles: readonly { readonly hostPath: string; readonly text: string }[];
  /** Objects that the nodes use. */
  readonly objects: readonly ObjectOptions[];
  /** In the order of addition. */
  readonly nodes: readonly FilterNode[];
  /** The node that the device uses. */
  readonly top: string;
}

/** What a chain is planned from. */
export interface FaultChainSpec {
  readonly serial: string;
  readonly faults: readonly StandingFault[];
  /** Where the rule files go. */
  readonly scratchHostPath: string;
  /** Distinguishes the names of this chain from those of an earlier one: 1, 2, … */
  readonly generation: number;
}

/** Gives the filters for the faults of a disk; none for no faults. */
export function planFaultChain({ serial, faults, scratchHostPath, generation }: FaultChainSpec): FaultChain {
  const bottom: FaultChain = { ruleFiles: [], objects: [], nodes: [], top: formatNodeNames(serial).format };
  return faults.reduce((below, fault, index) => {
    // A node name has at most 31 characters, 23 of which may be the serial's.
    const node = `${serial}-f${String(generation)}.${String(index)}`;
    const link =
      fault.kind === 'slow-disk' ? planThrottle(fault, node, below.top) : planErrors(fault, node, below.top, join(scratchHostPath, node));
    return {
      ruleFiles: [...below.ruleFiles, ...link.ruleFiles],
      objects: [...below.objects, ...link.objects],
      nodes: [...below.nodes, ...link.nodes],
      top: link.top,
    };
  }, bottom);
}

// Without it QEMU drops discards at the filter, but tells the guest that they were done.
const shared = { discard: 'unmap' };

function planThrottle({ requestsPerSecond, bytesPerSecond }: SlowDisk, node: string, below: string): FaultChain {
  const limits = {
    ...(requestsPerSecond === undefined ? {} : { 'iops-total': requestsPerSecond }),
    ...(bytesPerSecond === undefined ? {} : { 'bps-total': bytesPerSecond }),
  };
  return {
    ruleFiles: [],
    objects: [{ 'qom-type': 'throttle-group', id: node, limits }],
    nodes: [{ driver: 'throttle', 'node-name': node, 'throttle-group': node, file: below, ...shared }],
    top: node,
  };
}

function planErrors(fault: ErrorFault, node: string, below: string, rulesHostPath: string): FaultChain {
  // With this alignment, a request that touches a block becomes one for the whole block, so one rule per block is enough.
  const align = fault.at === undefined ? {} : { align: faultBlockBytes };
  const filter: FilterNode = { driver: 'blkdebug', 'node-name': node, image: below, config: rulesHostPath, ...align, ...shared };
  const counter = `${node}c`;
  return {
    ruleFiles: [{ hostPath: rulesHostPath, text: formatErrorRules(fault) }],
    objects: [],
    nodes: fault.everyNth === undefined ? [filter] : [filter, { driver: 'raw', 'node-name': counter, file: node, ...shared }],
    top: fault.everyNth === undefined ? node : counter,
  };
}
