import { RaidlabError } from '../../core/failure/failure.ts';
import type { Context } from '../../machine/context.ts';
import type { Guest } from '../../machine/guest.ts';
import type { ConsoleTerminal } from './attach-console.ts';

/** Starts the shell at a lab's console, unless it runs, and tells it a terminal's size. Rejects with `guest/command-failed`. */
export async function openConsole(ctx: Context, guest: Guest, { term, rows, columns }: ConsoleTerminal): Promise<void> {
  const argv = ['/usr/lib/raidlab/open-console', term, String(rows), String(columns)];
  const { exitCode, stderr } = await guest.run(ctx, argv);
  if (exitCode === 0) return;
  throw new RaidlabError({ area: 'guest', reason: 'command-failed', machine: guest.machine, argv, exitCode, said: stderr.trim() });
}
