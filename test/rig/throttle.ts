import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const periodMs = 100;

/** Lets a process and everything below it run for a part of the time only, as on a host that is slower by as much; needs no right but to send them signals. */
export async function runSlowly(pid: number, part: number, over: Promise<unknown>): Promise<void> {
  const ended = over.then(() => true);
  while (!(await Promise.race([ended, delay(periodMs * part, false)]))) {
    const held = await treeOf(pid);
    // The parent first: it can start nothing that is missed.
    for (const one of held) signal(one, 'SIGSTOP');
    await delay(periodMs * (1 - part));
    for (const one of held) signal(one, 'SIGCONT');
  }
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

/** Gives a process and all that came from it, itself first. */
async function treeOf(pid: number): Promise<readonly number[]> {
  const children = new Map<number, number[]>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/u.test(name)) continue;
    // proc_pid_stat(5): the name is in parentheses and may have any character; the parent is the second field behind it.
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (stat !== '') children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [pid];
  for (const one of found) found.push(...(children.get(one) ?? []));
  return found;
}
