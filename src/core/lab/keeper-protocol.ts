import type { EventBody } from '../event.ts';
import type { Failure } from '../failure/failure.ts';
import type { ArrayPicture } from '../array/array-picture.ts';
import type { DiskAct } from './disk-act.ts';

/*
 * What a command and the keeper of a lab say to each other, one JSON object per line:
 *
 *     command ──► KeeperRequest
 *     keeper  ──► event … event, or alive while it is silent ──► done | failed | broken
 *
 * Both must be the same raidlab, or the keeper refuses: older versions of this protocol are not supported.
 */

/** Raised whenever a keeper and a command of different versions would not understand each other. */
export const keeperProtocolVersion = 3;

/** A request to the keeper of a lab. */
export type KeeperAct =
  /** Turns the machine on, unless it is on; builds a missing array if `provision` says so. */
  | { readonly op: 'up'; readonly provision: boolean }
  /** Orderly shutdown; the keeper ends. */
  | { readonly op: 'halt' }
  /** Power cut; the keeper ends. */
  | { readonly op: 'crash' }
  /** Shutdown and start, with another kernel if one is named. */
  | { readonly op: 'reload'; readonly kernel: string | null; readonly provision: boolean }
  /** Builds the array on the running machine, unless it is built. */
  | { readonly op: 'provision' }
  /** Does something to a disk. */
  | { readonly op: 'disk'; readonly act: DiskAct; readonly beyondRedundancy: boolean }
  /** Saves the running machine and its disks under a name; it keeps running. */
  | { readonly op: 'save-snapshot'; readonly name: string }
  /** Ends a running machine, and continues from where a saved one stopped. */
  | { readonly op: 'restore-snapshot'; readonly name: string }
  /** Looks at the array; does not wait for other acts. */
  | { readonly op: 'look' }
  /** Starts the shell at the console, unless it runs, and tells it a terminal's size; does not wait for other acts. */
  | { readonly op: 'console'; readonly term: string; readonly rows: number; readonly columns: number }
  /** Ends the machine and the keeper, in any state. */
  | { readonly op: 'dispose' };

/** Requests that are served beside another act, without waiting for it. */
export type KeeperAside = Extract<KeeperAct, { readonly op: 'look' | 'console' }>;

/** A request as it is sent. */
export interface KeeperRequest {
  readonly v: typeof keeperProtocolVersion;
  readonly raidlabVersion: string;
  /** The caller's factor on time limits. */
  readonly timeFactor: number;
  readonly act: KeeperAct;
}

/** The result of an act. */
export interface ActDone {
  /** Whether there was anything to do: `up` on a lab that is on does nothing. */
  readonly changed: boolean;
  /** The disk that was added. */
  readonly disk?: string;
  /** The saved snapshot: its size on the host's disk, and how long the machine was paused for it. */
  readonly saved?: { readonly sizeBytes: number; readonly pausedMs: number | null };
  /** What was observed. */
  readonly picture?: ArrayPicture;
}

/** A message from the keeper. */
export type KeeperAnswer =
  | { readonly type: 'event'; readonly event: EventBody }
  /** It is working, and has nothing to say. */
  | { readonly type: 'alive' }
  | { readonly type: 'done'; readonly done: ActDone }
  | { readonly type: 'failed'; readonly failure: Failure }
  /** A bug of ours; the text has the trace. */
  | { readonly type: 'broken'; readonly trace: string };

/** How often a busy keeper gives a sign of life, milliseconds. */
export const keeperAliveMs = 5000;

/** After this long without a sign a keeper counts as hung, milliseconds: a swapping host may hold it up for a while. */
export const keeperSilenceMs = 60_000;
