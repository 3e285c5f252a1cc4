/**
 * A lab stands for a person's array: its facts are collected inside it, the loss of a member is rehearsed on them, that member really
 * dies, and the runbook is typed command by command. Then every other member dies, one at a time, and the lab must still have everything.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditFacts } from '../../src/core/facts/audit/audit.ts';
import { readFacts } from '../../src/core/facts/read-facts.ts';
import type { ArrayLayout } from '../../src/core/layout/layout.ts';
import type { LabProject, Typed } from '../rig/lab.ts';

/** An array, and which member of it dies. */
export interface Rehearsed {
  /** What `raidlab up` is told. */
  readonly up: readonly string[];
  /** What is typed in the lab before its facts are collected. */
  readonly commands?: readonly string[];
  /** The devid of the member that dies; DISK1 has 1. */
  readonly lose: number;
  /** Members that die together when the result is proved, by their disks. */
  readonly thenLose: readonly string[];
}

/** What findings are not for the runbook to mend. */
const tolerated: ReadonlySet<string> = new Set(['known-trouble', 'disks-do-not-fit-profile']);

/** Does all of it; throws where the runbook is wrong. */
export async function mendByRunbook(lab: LabProject, { up, commands = [], lose, thenLose }: Rehearsed): Promise<void> {
  await lab.ok('up', ...up);
  const mine = await writeFiles(lab);
  for (const command of commands) await lab.ok('ssh', '--', command);
  const facts = await collectInside(lab);
  await lab.ok('rehearse', facts.json, '--map', facts.map, '--lose', String(lose));
  const page = await readFile(join(lab.hostPath, 'raidlab-results', 'latest', 'runbook.md'), 'utf8');
  const [beforehand = '', chapter = ''] = page.split(/^## The lost member: /mu, 2);
  const spare = await spareOf(lab);

  assert.equal(await typeRunbook(lab, beforehand, spare), commands.length === 0 ? 0 : 3, beforehand);
  await lab.ok('disk', 'pull', `DISK${String(lose)}`);
  await lab.ok('ssh', '--', 'echo late > /storage/late && sync');
  await lab.ok('reload');
  assert.ok((await typeRunbook(lab, chapter, spare)) > 10, page);
  await lab.ok('ssh', '--', 'sync');

  await lab.ok('reload');
  await judge(lab, mine, 'after a restart');
  const audit = auditFacts(readFacts(await lab.ok('ssh', '--', 'sh /root/collect.sh')), []);
  const wrong = audit.findings.filter(({ name, severity }) => severity !== 'note' && !tolerated.has(name));
  assert.deepEqual(
    wrong.map(({ name, evidence }) => `${name}: ${evidence.join('; ')}`),
    [],
  );
  for (const disk of thenLose) await lab.ok('disk', 'pull', disk);
  await lab.ok('reload');
  // As fstab has it and degraded: nothing does that at a boot.
  await lab.ok('ssh', '--', 'mount -o degraded /storage');
  await judge(lab, mine, `without ${thenLose.join(' and ')}`);
}

/** Some files, and what their content is. */
async function writeFiles(lab: LabProject): Promise<string> {
  await lab.ok('ssh', '--', 'mkdir /storage/mine && for n in 1 2 3 4 5 6 7 8; do head -c 1M /dev/urandom > /storage/mine/$n; done; sync');
  return sumsOf(lab);
}

async function sumsOf(lab: LabProject): Promise<string> {
  return lab.ok('ssh', '--', 'cd /storage/mine && sha256sum *');
}

async function judge(lab: LabProject, mine: string, when: string): Promise<void> {
  assert.match(await lab.ok('ssh', '--', 'findmnt --noheadings --output FSTYPE,OPTIONS /storage'), /^btrfs\s+rw/u, when);
  assert.equal(await sumsOf(lab), mine, when);
  assert.equal(await lab.ok('ssh', '--', 'cat /storage/late'), 'late\n', when);
}

async function collectInside(lab: LabProject): Promise<{ readonly json: string; readonly map: string }> {
  const script = join(lab.hostPath, 'collect.sh');
  await writeFile(script, await lab.ok('collect', '--script', '--names'));
  await lab.ok('cp', script, ':/tmp/collect.sh');
  const json = join(lab.hostPath, 'facts.json');
  const map = join(lab.hostPath, 'facts.map');
  await writeFile(json, await lab.ok('ssh', '--', 'sh /tmp/collect.sh /root/facts.map'));
  await writeFile(map, await lab.ok('ssh', '--', 'cat /root/facts.map'));
  // What a restart takes away; the audit at the end needs it.
  await lab.ok('ssh', '--', 'cp /tmp/collect.sh /root/collect.sh');
  return { json, map };
}

/** Gives the name of the disk that a runbook calls NEW-DISK. */
async function spareOf(lab: LabProject): Promise<string> {
  const { layout } = JSON.parse(await readFile(join(lab.place.hostPath, 'state.json'), 'utf8')) as { readonly layout: ArrayLayout };
  const links = (await lab.ok('ssh', '--', 'ls /dev/disk/by-id')).split('\n');
  const serial = `DISK${String(layout.memberSizesBytes.length + 1)}`;
  return links.find((link) => link.endsWith(`_${serial}`)) ?? assert.fail(`no ${serial} among ${links.join(' ')}`);
}

/** Types the commands of a page as a person does who has it in front of them: fills the words in, and reads what to do when one is refused. Gives how many there were. */
async function typeRunbook(lab: LabProject, page: string, newDisk: string): Promise<number> {
  const uuid = randomUUID();
  const fill = (command: string): string =>
    command
      .replaceAll('UUID-OF-NEW-DISK', uuid)
      .replaceAll('NEW-DISK', newDisk)
      .replaceAll(/KEY-FILE-OF-DEVID-(\d+)/gu, '/etc/luks/DISK$1.key');
  const pieces = page.split(/^```sh\n/mu).slice(1);
  for (const piece of pieces) {
    const [command = '', guide = ''] = piece.split(/\n```\n/u, 2);
    const filled = fill(command);
    assert.doesNotMatch(filled, /\b(?:SERIAL|UUID|MAPPING|MOUNT|LABEL|SUBVOLUME)-|KEY-FILE|NEW-/u);
    const said = await lab.type('ssh', '--', filled);
    assert.equal(isAsSaid(guide, said), true, `${filled}\nexit ${String(said.exitCode)}\n${said.stdout}${said.stderr}\n${guide}`);
  }
  return pieces.length;
}

/** Whether a command came out as its guide says, or in a way after which the guide lets one go on. */
function isAsSaid(guide: string, { exitCode, stdout, stderr }: Typed): boolean {
  if (guide.includes('It prints: A refusal')) return exitCode !== 0;
  if (exitCode === 0) return !/csum=|verify=|Uncorrectable/u.test(stdout);
  return guide.includes('Go on.') && /already exists|in use/u.test(stderr);
}
