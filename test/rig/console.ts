import assert from 'node:assert/strict';
import type { LabProject } from './lab.ts';
import { openTerminal, raidlabLine } from './terminal.ts';
import type { TerminalSession } from './terminal.ts';

/** Ctrl-]. */
export const leaveKey = '\u001d';

/** A person at the console of a lab. */
export interface ConsoleSession extends TerminalSession {
  /** Leaves it, and checks the terminal. */
  leave(): Promise<void>;
  /** Checks that it has ended so, and that the terminal is as it was before: lines, echo, signals. */
  over(exitCode: number): Promise<void>;
}

/** Types `raidlab console` in a lab's project, at a terminal. */
export function openConsole(lab: LabProject): ConsoleSession {
  const session = openTerminal(lab.hostPath, `${raidlabLine('console')}; echo "exit=$?"; stty -a`, lab.env);
  const over = async (exitCode: number): Promise<void> => {
    await session.shown(`exit=${String(exitCode)}`);
    assert.equal(await session.ended, 0);
    for (const mode of ['isig', 'icanon', 'echo', 'opost']) assert.match(session.screen(), new RegExp(`[\\n ]${mode} `, 'u'));
  };
  return {
    ...session,
    over,
    leave: async () => {
      session.press(leaveKey);
      await session.shown('Left the console of default');
      await over(0);
    },
  };
}

/** Checks that the console is refused to a second person, who is told why. */
export async function assertConsoleTaken(lab: LabProject): Promise<void> {
  const second = openConsole(lab);
  await second.shown('is using the console of the lab default');
  await second.over(69);
}
