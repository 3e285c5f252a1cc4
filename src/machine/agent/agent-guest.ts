import { RaidlabError } from '../../core/failure.ts';
import type { Context } from '../context.ts';
import type { CommandResult, Guest, RunOptions } from '../guest.ts';
import type { MachineLife } from '../machine-life.ts';
import type { AgentClient } from './agent-client.ts';
import { startGuestProcess } from './guest-exec.ts';

const defaultTimeoutMs = 120_000;

/** Gives the inside of a machine, reached through its guest agent. */
export function createAgentGuest(life: MachineLife, agent: AgentClient): Guest {
  const { machine } = life;
  const run = async (ctx: Context, argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> => {
    const process = await startGuestProcess(ctx, life, agent, argv, options);
    try {
      return await process.wait(ctx, options.timeoutMs ?? defaultTimeoutMs);
    } catch (error) {
      await process.kill();
      throw error;
    }
  };
  const runOrFail = async (ctx: Context, argv: readonly string[], options: RunOptions): Promise<CommandResult> => {
    const result = await run(ctx, argv, options);
    const { exitCode, stderr } = result;
    if (exitCode === 0) return result;
    throw new RaidlabError({ area: 'guest', reason: 'command-failed', machine, argv, exitCode, said: stderr.trimEnd() });
  };
  return {
    machine,
    run,
    start: (ctx, argv, options = {}) => startGuestProcess(ctx, life, agent, argv, options),
    // A command and not guest-file-read: a file that is not there is then said in the words of a tool, not as machine trouble.
    readFile: async (ctx, guestPath) => (await runOrFail(ctx, ['cat', '--', guestPath], { quiet: true })).stdout,
    writeFile: async (ctx, guestPath, content, mode) => {
      // install(1) makes a new file that never has more permissions than `mode`; guest-file-open would make it 0666 & ~umask first.
      // It reads its standard input by /proc, which is there before udev has made /dev/stdin.
      const argv = ['install', '--no-target-directory', '--mode', mode.toString(8).padStart(4, '0'), '--', '/proc/self/fd/0', guestPath];
      await runOrFail(ctx, argv, { input: content });
    },
  };
}
