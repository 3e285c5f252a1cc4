/**
 * `npm run test:labs [-- FIRST LAST]`: labs that are used at random, each from its seed, in which a disk failure is then simulated. What
 * raidlab says of it must agree with a judge that has nothing in common with the proof: sha256sum over the whole array before and
 * after, and over each member alone, all typed over ssh. About two minutes a lab.
 */
import { openLabProject } from '../rig/lab.ts';
import type { LabProject } from '../rig/lab.ts';
import { drawMoves } from './random-use.ts';
import type { Move } from './random-use.ts';

const [first = 1, last = 60] = process.argv.slice(2).map(Number);

const hashAll = 'cd /mnt && find . -type f -print0 | sort -z | xargs -0 -r sha256sum; cd /; umount /mnt';
const members = ['crypt-btrfs2', 'crypt-btrfs3'];

const inGuest = (lab: LabProject, ...commands: readonly string[]): Promise<string> => lab.ok('ssh', '--', commands.join(' && '));

/** What each file holds, by its name from the top level. */
async function hashesOf(lab: LabProject, ...mount: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const lines = (await inGuest(lab, ...mount, hashAll)).split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)] as const));
}

function lost(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
  return [...before].flatMap(([path, hash]) => (after.get(path) === hash ? [] : [path]));
}

/** Gives what is wrong with the array of a lab after a failure, a line each. */
async function judge(lab: LabProject, before: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const found = lost(before, await hashesOf(lab, 'mount -o ro,subvolid=5 /dev/mapper/crypt-btrfs2 /mnt')).map((path) => `lost: ${path}`);
  await inGuest(lab, 'umount /storage');
  for (const leg of members) {
    const others = members.filter((name) => name !== leg);
    const alone = [...others.map((name) => `cryptsetup close ${name}`), 'btrfs device scan --forget > /dev/null'];
    try {
      const served = await hashesOf(lab, ...alone, `mount -o degraded,ro,subvolid=5 /dev/mapper/${leg} /mnt`);
      found.push(...lost(before, served).map((path) => `${leg} alone has lost: ${path}`));
      await inGuest(lab, `mount -o degraded,subvolid=5 /dev/mapper/${leg} /mnt`, 'umount /mnt');
    } catch (error) {
      found.push(`${leg} alone: ${error instanceof Error ? error.message : String(error)}`);
    }
    await inGuest(lab, ...others.map((name) => `cryptdisks_start ${name} > /dev/null`), 'btrfs device scan > /dev/null');
  }
  return found;
}

/** Gives what raidlab and the judge do not agree on; null when they do. */
async function tryLab(lab: LabProject, moves: readonly Move[]): Promise<string | null> {
  await lab.ok('up');
  for (const { commands } of moves) await inGuest(lab, ...commands);
  const mount = 'mount -o subvolid=5 /dev/mapper/crypt-btrfs1 /mnt';
  const before = await hashesOf(lab, 'sync', mount);
  const { exitCode, stdout, stderr } = await lab.type('simulate-disk-failure');
  const refused = moves.find((move) => move.refused !== undefined)?.refused;
  if (exitCode === 64) {
    if (refused?.test(stderr) !== true) return `refused, and nothing stands in the way: ${stderr}`;
    const changed = lost(before, await hashesOf(lab, mount));
    return changed.length === 0 ? null : `refused, and ${changed.join(', ')} is not as it was`;
  }
  if (refused !== undefined) return `not refused, exit ${String(exitCode)}: ${stdout}${stderr}`;
  if (exitCode !== 0 && exitCode !== 1) return `exit ${String(exitCode)}: ${stdout}${stderr}`;
  const found = await judge(lab, before);
  return (exitCode === 0) === (found.length === 0)
    ? null
    : `exit ${String(exitCode)}, and the judge: ${found.join('; ') || 'all is well'}\n${stdout}`;
}

let disagreements = 0;
for (let seed = first; seed <= last; seed += 1) {
  const moves = drawMoves(`labs-${String(seed)}`);
  const startedMs = performance.now();
  await using lab = await openLabProject();
  const differs = await tryLab(lab, moves).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  console.log(
    `${String(seed)}: ${differs === null ? 'agree' : 'DISAGREE'}, ${String(seconds)} s: ${moves.map(({ name }) => name).join(', ')}`,
  );
  if (differs === null) continue;
  disagreements += 1;
  console.log(differs);
}
console.log(`${String(last - first + 1)} labs, ${String(disagreements)} disagreements.`);
process.exitCode = disagreements === 0 ? 0 : 1;
