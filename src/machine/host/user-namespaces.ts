import { RaidlabError } from '../../core/failure/failure.ts';
import type { NamespaceFacts, SubordinateIds } from '../../core/host/needs.ts';
import type { CacheStore } from '../cache/store.ts';
import type { Context } from '../context.ts';
import { lookTimeoutMs, readIfThere } from './host-look.ts';
import { askOnce } from './host-memory.ts';
import { runHostCommand } from '../process/host-process.ts';
import { readBootId } from '../process/process-identity.ts';
import { mayAccess } from '../files/file-access.ts';

/** Settings that forbid user namespaces: the file, the value that forbids, the one that allows, and whether root is affected, too. */
const namespaceSettings = [
  { setting: 'user.max_user_namespaces', forbids: '0', allows: '10000', evenRoot: true },
  // Debian's own, in kernels before 5.10 and where an administrator set it.
  { setting: 'kernel.unprivileged_userns_clone', forbids: '0', allows: '1', evenRoot: false },
  // Ubuntu's, from 23.10 on.
  { setting: 'kernel.apparmor_restrict_unprivileged_userns', forbids: '1', allows: '0', evenRoot: false },
] as const;

/** Determines whether a user can create a user namespace; success is remembered until the host restarts or its settings change. */
export async function lookAtUserNamespaces(ctx: Context, store: CacheStore, uid: number): Promise<NamespaceFacts> {
  const values = await Promise.all(
    namespaceSettings.map(async ({ setting }) => (await readIfThere(`/proc/sys/${setting.replaceAll('.', '/')}`)).trim()),
  );
  const forbidding = namespaceSettings.filter(({ forbids, evenRoot }, index) => values[index] === forbids && (evenRoot || uid !== 0));
  const forbiddenBy = forbidding.map(({ setting, allows }) => `${setting}=${allows}`);
  // An AppArmor profile may allow mmdebstrap what the setting forbids to others.
  const onlyAppArmor = forbidding.length > 0 && forbidding.every(({ setting }) => setting.includes('apparmor'));
  if (onlyAppArmor && (await mayAccess('/etc/apparmor.d/mmdebstrap'))) return { works: true, said: '', forbiddenBy: [] };
  const bootId = await readBootId();
  const question = { about: `user namespaces of ${String(uid)}`, identity: [bootId, ...values].join(':') };
  const refusal = { said: '' };
  const answer = await askOnce(store, question, async () => {
    refusal.said = await tryUserNamespace(ctx);
    return refusal.said === '' ? 'works' : '';
  });
  return answer === '' ? { works: false, said: refusal.said, forbiddenBy } : { works: true, said: '', forbiddenBy: [] };
}

/** Gives the error when a user namespace could not be created; empty when it could. */
async function tryUserNamespace(ctx: Context): Promise<string> {
  const argv = ['unshare', '--user', '--map-root-user', 'true'];
  try {
    await runHostCommand(ctx, argv, { purpose: 'make a user namespace', timeoutMs: lookTimeoutMs });
    return '';
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!(error instanceof RaidlabError)) throw error;
    return 'said' in error.failure && error.failure.said !== '' ? error.failure.said : error.message;
  }
}

/** Reads a user's subordinate ids. */
export async function readSubordinateIds(user: string): Promise<SubordinateIds> {
  const [users, groups] = await Promise.all([readIfThere('/etc/subuid'), readIfThere('/etc/subgid')]);
  return {
    users: countSubordinateIds(users, user),
    groups: countSubordinateIds(groups, user),
    firstFree: findFreeId(`${users}\n${groups}`),
  };
}

/** Gives how many ids mmdebstrap would use for a user from /etc/subuid or /etc/subgid: those of the first line with the name. Source: subuid(5). */
export function countSubordinateIds(table: string, user: string): number {
  const row = table.split('\n').find((line) => line.startsWith(`${user}:`));
  const count = Number(row?.split(':')[2] ?? 0);
  return Number.isSafeInteger(count) ? count : 0;
}

/** Gives the first id above all ranges in such files; useradd(8) begins with 100000. */
export function findFreeId(tables: string): number {
  const ends = tables.split('\n').map((line) => {
    const [, first = '', count = ''] = line.split(':');
    return Number(first) + Number(count);
  });
  return Math.max(100_000, ...ends.filter(Number.isSafeInteger));
}
