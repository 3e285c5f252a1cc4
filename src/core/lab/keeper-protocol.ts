import type { EventBody } from '../event.ts';
import type { Failure } from '../failure/failure.ts';
import type { ArrayPicture } from '../array/array-picture.ts';
import type { DiskAct } from './disk-act.ts';

/*
 * What a command and the keeper of a lab say to each other, a JSON object a line:
 *
 *     command ──► KeeperRequest
 *     keeper  ──► event … event, or alive while it is silent ──► done | failed | broken
 *
 * Both are of one raidlab, or the keeper refuses: no version of this protocol is kept working.
 */

/** Raised whenever a keeper and a command of different versions would not understand each other. */
export const keeperProtocolVersion = 3;

/** What the keeper of a lab is asked to do. */
export type KeeperAct =
  /** Turns the machine on, unless it is on; builds the array where it has not been, if `provision` says so. */
  | { readonly op: 'up'; readonly provision: boolean }
  /** Orderly shutdown; the keeper ends. */
  | { readonly op: 'halt' }
  /** Power cut; the keeper ends. */
  | { readonly op: 'crash' }
  /** Shutdown and start, into another kernel when one is named. */
  | { readonly op: 'reload'; readonly kernel: string | null; readonly provision: boolean }
  /** Builds the array on the running machine, unless it has been built. */
  | { readonly op: 'provision' }
  /** Does something to a disk. */
  | { readonly op: 'disk'; readonly act: DiskAct; readonly beyondRedundancy: boolean }
  /** Saves the running machine and its disks under a name; it goes on. */
  | { readonly op: 'save-snapshot'; readonly name: string }
  /** Ends the machine, if it is on, and goes on from where a running one was saved. */
  | { readonly op: 'restore-snapshot'; readonly name: string }
  /** Looks at the array; does not wait for its turn. */
  | { readonly op: 'look' }
  /** Begins the shell at the console, unless it is there, and gives it the size of a terminal; does not wait for its turn. */
  | { readonly op: 'console'; readonly term: string; readonly rows: number; readonly columns: number }
  /** Ends the machine and the keeper, whatever state they are in. */
  | { readonly op: 'dispose' };

/** What is done beside another act, without waiting for its turn. */
export type KeeperAside = Extract<KeeperAct, { readonly op: 'look' | 'console' }>;

/** A request as it is sent. */
export interface KeeperRequest {
  readonly v: typeof keeperProtocolVersion;
  readonly raidlabVersion: string;
  /** How many times as long as usual whoever asks lets limits in time be. */
  readonly timeFactor: number;
  readonly act: KeeperAct;
}

/** The result of an act. */
export interface ActDone {
  /** Whether it found something to do: `up` on a lab that is on does nothing. */
  readonly changed: boolean;
  /** The disk that was added. */
  readonly disk?: string;
  /** The snapshot that was saved: what it takes on the host's disk, and how long the machine stood still for it. */
  readonly saved?: { readonly sizeBytes: number; readonly pausedMs: number | null };
  /** What was seen. */
  readonly picture?: ArrayPicture;
}

/** What the keeper says. */
export type KeeperAnswer =
  | { readonly type: 'event'; readonly event: EventBody }
  /** It is at work, and has nothing to say. */
  | { readonly type: 'alive' }
  | { readonly type: 'done'; readonly done: ActDone }
  | { readonly type: 'failed'; readonly failure: Failure }
  /** A bug of ours; the text has the trace. */
  | { readonly type: 'broken'; readonly trace: string };

/** How often a keeper that is at work gives a sign of life, milliseconds. */
export const keeperAliveMs = 5000;

/** After so long without any sign a keeper counts as hung, milliseconds: a host that swaps may hold it up for a while. */
export const keeperSilenceMs = 60_000;
