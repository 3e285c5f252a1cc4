import { createXXHash128 } from 'hash-wasm';
import { compareJournal } from '../core/journal/compare-journal.ts';
import { journalBytes } from '../core/journal/journal-record.ts';
import { pathBelow } from '../core/layout/mount-point.ts';
import { compareWithCensus, oursBelow } from '../core/payload/census.ts';
import type { Census } from '../core/payload/census.ts';
import { compareWithManifest } from '../core/payload/compare-with-manifest.ts';
import type { Manifest } from '../core/payload/manifest.ts';
import { describeReading } from '../core/payload/promised-file.ts';
import type { PromisedFile } from '../core/payload/promised-file.ts';
import { topLevelGuestPath } from '../core/plan/array.ts';
import { command } from '../core/plan/command.ts';
import type { FilesSeen, JournalSeen, TreeSeen } from '../core/proof/files-seen.ts';
import type { Context } from '../machine/context.ts';
import type { Guest } from '../machine/guest.ts';
import { journalDirectory } from './journal.ts';
import type { JournalRecord } from './journal.ts';
import { hashFiles, observePayload } from './observe-payload.ts';
import { observeCensus, withTopLevel } from './take-census.ts';
import { ask, said, tryCommand } from './type-command.ts';

/** A written tree, and its place: below the array's mount point, or below the top level. */
export interface PromisedTree {
  readonly guestPath: string;
  readonly manifest: Manifest;
}

/** What was promised to be on the array. */
export interface Promised {
  /** The written trees. */
  readonly trees: readonly PromisedTree[];
  /** Single files beside the trees. */
  readonly files: readonly PromisedFile[];
  readonly journals: readonly JournalRecord[];
  /** The seed of the records. */
  readonly seed: string;
  /** The guest paths of files predicted to be lost: these, and no others. */
  readonly predictedLosses: readonly string[];
  /** What somebody had on the array before; null if nothing. */
  readonly census: Census | null;
  /** Where the array is mounted. */
  readonly mountPoint: string;
  /** The subvolume mounted there; null: its top level. */
  readonly subvolume: string | null;
}

/** What the proof itself leaves on an array that it writes to. */
export const proofFile = 'written-by-the-proof';

/** Where the acknowledged part of a segment is copied for hashing: the guest's memory, not the array. */
const copyGuestPath = '/run/raidlab-acknowledged';

/**
 * Writes out a guest's caches and drops them, so that further reads come from the disks. A freshly mounted filesystem has nothing to
 * drop, and everything else, above all programs, would have to be read again.
 */
export async function dropCaches(ctx: Context, guest: Guest): Promise<void> {
  // These are the proof's own commands: if one were refused, nothing could be judged.
  await ask(ctx, guest, command('sync'), String);
  await ask(ctx, guest, command('sysctl', '--quiet', '--write', 'vm.drop_caches=3'), String);
}

/**
 * Compares everything promised with the content of a freshly mounted array, by one of its devices; if it is not freshly mounted, drop the
 * caches before.
 */
export async function verifyFiles(ctx: Context, guest: Guest, promised: Promised, device: string): Promise<FilesSeen> {
  const trees = await verifyTrees(
    ctx,
    guest,
    promised.trees.filter((tree) => !isBelowTopLevel(tree)),
  );
  const below = promised.trees.filter(isBelowTopLevel);
  if (below.length > 0) trees.push(...(await withTopLevel(ctx, guest, device, async () => verifyTrees(ctx, guest, below))));
  const contents = await hashFiles(
    ctx,
    guest,
    promised.files.map((file) => file.guestPath),
  );
  const files = promised.files.map((file) => ({
    guestPath: file.guestPath,
    finding: describeReading(file, contents.get(file.guestPath)),
  }));
  const journals: JournalSeen[] = [];
  for (const journal of promised.journals) journals.push(await verifyJournal(ctx, guest, promised.seed, journal));
  const { census, predictedLosses } = promised;
  if (census !== null) trees.push(await verifyCensus(ctx, guest, { ...promised, census }, device));
  return { trees, files, journals, predictedLosses, unread: census?.unread ?? [] };
}

async function verifyTrees(ctx: Context, guest: Guest, trees: readonly PromisedTree[]): Promise<TreeSeen[]> {
  const seen: TreeSeen[] = [];
  for (const { guestPath, manifest } of trees) {
    const differences = compareWithManifest(manifest, await observePayload(ctx, guest, manifest, guestPath));
    seen.push({ guestPath, entries: manifest.entries.length, differences });
  }
  return seen;
}

function isBelowTopLevel({ guestPath }: PromisedTree): boolean {
  return guestPath.startsWith(`${topLevelGuestPath}/`);
}

async function verifyCensus(
  ctx: Context,
  guest: Guest,
  promised: Promised & { readonly census: Census },
  device: string,
): Promise<TreeSeen> {
  const { census, mountPoint, subvolume, trees, files } = promised;
  const names = [...files, ...trees].flatMap(({ guestPath }) => pathBelow(guestPath, mountPoint) ?? []);
  const isOurs = oursBelow(subvolume, [...names, journalDirectory, proofFile]);
  const differences = compareWithCensus(census, await observeCensus(ctx, guest, device, census), isOurs);
  return { guestPath: topLevelGuestPath, entries: census.manifest.entries.length, differences };
}

async function verifyJournal(ctx: Context, guest: Guest, seed: string, journal: JournalRecord): Promise<JournalSeen> {
  const { guestPath, segment, acknowledged, recordBytes, errors } = journal;
  const seen = (...findings: readonly string[]): JournalSeen => ({ guestPath, acknowledged, findings: [...errors, ...findings] });
  if (acknowledged === 0) return seen();
  // After the acknowledged records there may be one that was written but not acknowledged: it proves nothing.
  // Unreadable parts become zeros in place, so that all other records can still be recognised.
  const copied = await tryCommand(
    ctx,
    guest,
    command(
      'dd',
      `if=${guestPath}`,
      `of=${copyGuestPath}`,
      `bs=${String(recordBytes)}`,
      `count=${String(acknowledged)}`,
      'conv=noerror,sync',
      'status=none',
    ),
  );
  if (copied.exitCode === 0 && (await hashOf(ctx, guest, copyGuestPath)) === (await xxh128(journalBytes(seed, segment, acknowledged))))
    return seen();
  const content = await guest.run(ctx, ['cat', copyGuestPath], { quiet: true });
  const lost = compareJournal(seed, segment, acknowledged, content.stdout);
  return seen(
    `${String(lost.length)} of ${String(acknowledged)} acknowledged records are lost${copied.exitCode === 0 ? '' : ` (${said(copied)})`}`,
  );
}

async function hashOf(ctx: Context, guest: Guest, guestPath: string): Promise<string | undefined> {
  const reading = (await hashFiles(ctx, guest, [guestPath])).get(guestPath);
  return reading !== undefined && 'xxh128' in reading ? reading.xxh128 : undefined;
}

/** Gives the XXH128 of bytes, as xxhsum prints it: 32 lower-case hex digits. */
export async function xxh128(bytes: Uint8Array): Promise<string> {
  return (await createXXHash128()).init().update(bytes).digest('hex');
}
