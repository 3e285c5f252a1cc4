/**
 * A judge that has nothing in common with the proof: sha256sum over the whole array before and after, and over each member alone, all
 * typed over ssh.
 */
import type { LabProject } from '../rig/lab.ts';
import type { Move, RandomLab } from './random-use.ts';

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
async function judge(lab: LabProject, before: ReadonlyMap<string, string>, mountPoint: string): Promise<readonly string[]> {
  const found = lost(before, await hashesOf(lab, 'mount -o ro,subvolid=5 /dev/mapper/crypt-btrfs2 /mnt')).map((path) => `lost: ${path}`);
  const shown = await inGuest(lab, 'btrfs filesystem show');
  const absent = members.filter((name) => !shown.includes(`/dev/mapper/${name}\n`));
  if (absent.length > 0) return [...found, ...absent.map((name) => `${name} is no member`)];
  // udev looks at what was let go of, and nobody can close it meanwhile.
  await inGuest(lab, `umount --recursive ${mountPoint}`, 'udevadm settle');
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
    await inGuest(lab, 'udevadm settle', ...others.map((name) => `cryptdisks_start ${name}`), 'btrfs device scan > /dev/null');
  }
  return found;
}

async function make(lab: LabProject, { typed = [], commands }: Move): Promise<void> {
  for (const line of typed) await lab.ok(...wordsOf(line));
  if (commands.length > 0) await inGuest(lab, ...commands);
}

/** What follows `ssh --` is one word. */
function wordsOf(line: string): readonly string[] {
  const [before = '', inside] = line.split(' -- ', 2);
  return [...before.split(' '), ...(inside === undefined ? [] : ['--', inside.replace(/^'(.*)'$/su, '$1')])];
}

/** Gives what raidlab and the judge do not agree on; null when they do. */
export async function tryLab(lab: LabProject, { up, moves, endsOn }: RandomLab): Promise<string | null> {
  await lab.ok('up', ...up);
  for (const move of moves) await make(lab, move);
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
  const found = await judge(lab, before, endsOn);
  return (exitCode === 0) === (found.length === 0)
    ? null
    : `exit ${String(exitCode)}, and the judge: ${found.join('; ') || 'all is well'}\n${stdout}`;
}
