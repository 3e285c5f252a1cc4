import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BootedBy } from '../core/boot/booted-by.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import type { ActDone, KeeperAct } from '../core/lab/keeper-protocol.ts';
import { labStateVersion } from '../core/lab/lab-state.ts';
import type { LabState } from '../core/lab/lab-state.ts';
import { describeLayout } from '../core/layout/layout.ts';
import type { Accelerator } from '../core/host/accelerator.ts';
import type { ArrayLayout } from '../core/layout/layout.ts';
import { warnOfLayout } from '../core/layout/layout-mistakes.ts';
import { fileFailure, hasErrorCode } from '../machine/cache/file-failure.ts';
import type { Context } from '../machine/context.ts';
import { startDetachedProcess } from '../machine/process/detached-process.ts';
import { askKeeper, keeperLogName } from './keeper/ask-keeper.ts';
import { findKeeper } from './keeper/keeper-record.ts';
import { registerLab } from './place/lab-index.ts';
import { withLabLock } from './place/lab-lock.ts';
import { findLab, planLabPlace } from './place/lab-place.ts';
import type { LabPlace } from './place/lab-place.ts';
import { drawLuksUuids } from './machine/lab-template.ts';
import { planNewDisks } from './machine/start-lab-machine.ts';
import { readLabState, writeLabState } from './place/state-file.ts';

/** What keeping and finding labs needs to know about raidlab. */
export interface LabHouse {
  readonly raidlabVersion: string;
  /** Where this user's labs are recorded. */
  readonly indexHostPath: string;
  /** The command that becomes the keeper of the lab in a directory. */
  readonly keeperArgv: (labHostPath: string) => readonly [string, ...string[]];
}

/** What a lab should be; anything left out is the default for a new lab, and unchanged for an existing one. */
export interface LabWishes {
  readonly layout?: ArrayLayout;
  readonly kernel?: string;
  readonly tools?: string;
  readonly boot?: BootedBy;
  readonly memoryMiB?: number;
  readonly accelerator?: Accelerator;
  readonly sshPort?: number;
}

/** The defaults of a lab. */
export type LabDefaults = Required<Pick<LabWishes, 'layout' | 'kernel' | 'tools' | 'memoryMiB'>>;

/** The keeper's socket appears after a third of a second; a busy host may take longer. Milliseconds. */
const keeperStartMs = 60_000;

/** A lab that is on. */
export interface BroughtUp {
  readonly place: LabPlace;
  readonly done: ActDone;
}

/**
 * Turns a lab on, making it if there is none; does nothing when it is on. Rejects with `lab/differs` when the lab exists and is not as
 * wished, and as the keeper fails.
 */
export async function bringUp(
  ctx: Context,
  house: LabHouse,
  lab: { readonly fromHostPath: string; readonly name: string; readonly wishes: LabWishes; readonly defaults: LabDefaults },
  act: Extract<KeeperAct, { readonly op: 'up' }>,
): Promise<BroughtUp> {
  const place = (await findLab(lab.fromHostPath, lab.name)) ?? planLabPlace(lab.fromHostPath, lab.name);
  const done = await withLabLock(ctx, place, { create: true }, async () => {
    const isNew = await ensureState(place, house, lab.wishes, lab.defaults);
    if (isNew) for (const text of warnOfLayout(lab.wishes.layout ?? lab.defaults.layout)) ctx.emit({ type: 'remark-made', text });
    await registerLab(house.indexHostPath, place);
    return askOrStartKeeper(ctx, house, place, act);
  });
  return { place, done };
}

/** Gives the lab that `bringUp` would turn on; undefined where it would make a new one. Changes nothing. Rejects with `lab/differs`. */
export async function foreseeLab(lab: {
  readonly fromHostPath: string;
  readonly name: string;
  readonly wishes: LabWishes;
}): Promise<LabState | undefined> {
  const place = await findLab(lab.fromHostPath, lab.name);
  if (place === undefined) return undefined;
  const state = await readLabState(place);
  refuseDifferences(place, state, lab.wishes);
  return state;
}

/** Asks the keeper of a lab, while nobody else changes it; starts a keeper if there is none. */
export async function askLocked(ctx: Context, house: LabHouse, place: LabPlace, act: KeeperAct): Promise<ActDone> {
  return withLabLock(ctx, place, { create: false }, () => askOrStartKeeper(ctx, house, place, act));
}

/** Asks the keeper of a lab whose lock we hold; starts one if there is none. */
export async function askOrStartKeeper(ctx: Context, house: LabHouse, place: LabPlace, act: KeeperAct): Promise<ActDone> {
  const { raidlabVersion } = house;
  const found = await findKeeper(place);
  if (found.is === 'alive' || found.is === 'elsewhere') {
    return askKeeper(ctx, { place, socketHostPath: found.keeper.socketHostPath, raidlabVersion }, act);
  }
  await mkdir(place.logsHostPath, { recursive: true, mode: 0o700 });
  const logHostPath = join(place.logsHostPath, keeperLogName);
  using keeper = await startDetachedProcess(ctx, house.keeperArgv(place.hostPath), { cwdHostPath: '/', logHostPath });
  const socketHostPath = async (): Promise<string | undefined> => {
    const now = await findKeeper(place);
    return now.is === 'alive' && now.keeper.owner.pid === keeper.pid ? now.keeper.socketHostPath : undefined;
  };
  return await askKeeper(ctx, { place, socketHostPath, raidlabVersion, ended: keeper.ended, startMs: keeperStartMs }, act);
}

/** Tells whether the lab is new. */
async function ensureState(place: LabPlace, house: LabHouse, wishes: LabWishes, defaults: LabDefaults): Promise<boolean> {
  const state = await readLabState(place).catch((error: unknown) => {
    if (error instanceof RaidlabError && error.failure.reason === 'no-lab') return undefined;
    throw error;
  });
  if (state === undefined) {
    await hideFromGit(place);
    await writeLabState(place, newState(house, wishes, defaults));
    return true;
  }
  refuseDifferences(place, state, wishes);
  const { sshPort } = wishes;
  if (sshPort !== undefined && sshPort !== state.sshPort) await writeLabState(place, { ...state, sshPort, isSshPortAsked: true });
  return false;
}

function newState({ raidlabVersion }: LabHouse, wishes: LabWishes, defaults: LabDefaults): LabState {
  const { layout, kernel, tools, memoryMiB } = { ...defaults, ...wishes };
  const madeAt = new Date().toISOString();
  return {
    v: labStateVersion,
    raidlabVersion,
    madeAt,
    layout,
    luksUuids: drawLuksUuids(layout),
    kernel,
    tools,
    ...(wishes.boot === undefined ? {} : { boot: wishes.boot }),
    memoryMiB,
    accelerator: wishes.accelerator ?? null,
    sshPort: wishes.sshPort ?? null,
    isSshPortAsked: wishes.sshPort !== undefined,
    isProvisioned: false,
    disks: planNewDisks(layout),
    faults: [],
    life: { state: 'off', how: 'new', at: madeAt },
  };
}

function refuseDifferences(place: LabPlace, state: LabState, wishes: LabWishes): void {
  const differences: readonly (readonly [string | undefined, string])[] = [
    [wishes.layout && describeLayout(wishes.layout), describeLayout(state.layout)],
    [wishes.boot && describeBooted(wishes.boot), describeBooted(state.boot)],
    [wishes.kernel && `kernel ${wishes.kernel}`, `kernel ${state.kernel}`],
    [wishes.tools && `tools ${wishes.tools}`, `tools ${state.tools}`],
    [wishes.memoryMiB === undefined ? undefined : `${String(wishes.memoryMiB)} MiB of memory`, `${String(state.memoryMiB)} MiB of memory`],
  ];
  for (const [asked, has] of differences) {
    if (asked !== undefined && asked !== has) throw new RaidlabError({ area: 'lab', reason: 'differs', lab: place.name, asked, has });
  }
}

function describeBooted(boot: BootedBy | undefined): string {
  return boot === undefined ? 'raidlab’s own small system' : `an installed system that ${boot} boots`;
}

/** Labs do not belong in a repository: gigabytes, and keys. */
async function hideFromGit(place: LabPlace): Promise<void> {
  const hostPath = join(dirname(place.hostPath), '.gitignore');
  await writeFile(hostPath, '*\n', { flag: 'wx' }).catch((error: unknown) => {
    if (hasErrorCode(error, 'EEXIST')) return;
    throw fileFailure(error, { hostPath, holds: `the lab ${place.name}`, doing: 'making it' });
  });
}
