import { constants } from 'node:fs';
import { stat } from 'node:fs/promises';
import { machine, userInfo } from 'node:os';
import { join } from 'node:path';
import type { FoundProgram, KvmFacts, NeedFacts } from '../../core/host/needs.ts';
import { canDoWithout, judgeNeeds, mendNeeds } from '../../core/host/needs.ts';
import { parseOsRelease } from '../../core/host/os-release.ts';
import type { HostRequirements, OsFacts, ProgramRequirement } from '../../core/host/requirements.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { recallProbes } from '../accelerator/accelerator-memory.ts';
import type { CacheStore } from '../cache/store.ts';
import type { Context } from '../context.ts';
import { outputOf, readIfThere } from './host-look.ts';
import { askOnce } from './host-memory.ts';
import { findMissingImages } from '../image/missing-images.ts';
import { findAptMirrors } from './host-mirrors.ts';
import { lookAtUserNamespaces, readSubordinateIds } from './user-namespaces.ts';
import { readBootId } from '../process/process-identity.ts';
import { mayAccess } from '../files/file-access.ts';

/** From where the host is observed. */
export interface HostView {
  readonly requirements: HostRequirements;
  readonly store: CacheStore;
  /** The directories of PATH. */
  readonly searchHostPaths: readonly string[];
  /** A mirror that was named; undefined: those of the host's apt. */
  readonly mirror: string | undefined;
}

/**
 * Makes sure that the host has what machines and images need, in a few milliseconds: slower answers are remembered. Rejects with
 * `host/lacks`, which says what is missing and the command that fixes it.
 */
export async function requireHost(ctx: Context, view: HostView): Promise<void> {
  const facts = await observeNeeds(ctx, view);
  const unmet = (seen: NeedFacts) => judgeNeeds(view.requirements, seen).filter((need) => !need.isMet && !canDoWithout(need, seen));
  if (unmet(facts).length === 0) return;
  // Only for the command that fixes it.
  const withMirrors = { ...facts, mirrors: await findAptMirrors(ctx, view.mirror) };
  const lacks = unmet(withMirrors);
  throw new RaidlabError({
    area: 'host',
    reason: 'lacks',
    lacks: lacks.map(({ name, what, why }) => ({ name, what, why })),
    mend: mendNeeds(view.requirements, withMirrors, lacks),
  });
}

/** Observes what decides whether machines can be started and images built. Only writes its own memory, and needs no root. */
export async function observeNeeds(ctx: Context, view: HostView): Promise<NeedFacts> {
  const { username, uid } = userInfo();
  const { requirements, store } = view;
  const [os, found, files, kvm, subordinateIds] = await Promise.all([
    readOs(),
    Promise.all(requirements.programs.map(async ({ program }) => findInPath(program, view.searchHostPaths))),
    Promise.all(requirements.files.map(async ({ hostPath }) => ((await mayAccess(hostPath, constants.R_OK)) ? [hostPath] : []))),
    lookAtKvm(store),
    readSubordinateIds(username),
  ]);
  // One after the other, so that none of them loses what another remembers.
  const programs: Record<string, FoundProgram> = {};
  for (const [index, requirement] of requirements.programs.entries())
    programs[requirement.program] = await lookAtProgram(ctx, store, requirement, found[index] ?? null);
  const userNamespaces = await lookAtUserNamespaces(ctx, store, uid);
  const isRoot = uid === 0;
  return {
    os,
    architecture: machine(),
    user: username,
    isRoot,
    programs,
    files: files.flat(),
    kvm,
    userNamespaces,
    subordinateIds,
    mirrors: [],
    missingImages: await findMissingImages(store),
  };
}

async function readOs(): Promise<OsFacts> {
  return parseOsRelease(await readIfThere('/etc/os-release'));
}

async function lookAtProgram(
  ctx: Context,
  store: CacheStore,
  requirement: ProgramRequirement,
  hostPath: string | null,
): Promise<FoundProgram> {
  if (hostPath === null || requirement.atLeast === undefined) return { hostPath, version: null };
  // Only the program itself knows: it may have been built by hand.
  const said = await askProgram(ctx, store, [hostPath, '--version']);
  return { hostPath, version: /version (\d+(?:\.\d+)+)/u.exec(said)?.[1] ?? null };
}

/** Gives a program's own version text, from memory while it is the same file; empty when it could not be asked. */
async function askProgram(ctx: Context, store: CacheStore, argv: readonly [string, ...string[]]): Promise<string> {
  const { dev, ino, size, mtimeMs } = await stat(argv[0]);
  const question = { about: argv.join(' '), identity: [dev, ino, size, mtimeMs].join(':') };
  return askOnce(store, question, () => outputOf(ctx, argv, 'see which version is installed'));
}

async function findInPath(program: string, searchHostPaths: readonly string[]): Promise<string | null> {
  for (const directory of searchHostPaths) {
    const hostPath = join(directory, program);
    if (await mayAccess(hostPath, constants.X_OK)) return hostPath;
  }
  return null;
}

async function lookAtKvm(store: CacheStore): Promise<KvmFacts> {
  const remembered = await recallProbes(store, { bootId: await readBootId(), accelerator: 'kvm' });
  const isThere = await mayAccess('/dev/kvm');
  const opens = isThere && (await mayAccess('/dev/kvm', constants.R_OK | constants.W_OK));
  return { device: opens ? 'open' : isThere ? 'closed' : 'absent', remembered };
}
