import { performance } from 'node:perf_hooks';
import { cutText } from '../../core/bounds/cut-text.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { formatSize } from '../../core/text/size.ts';
import type { Failure } from '../../core/failure/failure.ts';
import type { TimeLimit } from '../../core/text/time-limit.ts';
import type { Context } from '../context.ts';
import type { CommandResult, Guest, GuestProcess, RunOptions, StartOptions } from '../guest.ts';
import type { MachineLife } from '../machine-life.ts';
import { maxOutputBytes } from './agent-client.ts';
import type { AgentClient } from './agent-client.ts';

const defaultTimeoutMs = 120_000;

/** What an event has of each output: records and reports show a page of it. */
const toldChars = 256 * 1024;
/** What a failure has of what was said. */
const saidChars = 64 * 1024;

/** Told in place of what a command wrote that wrote too much. */
const tooMuch = `raidlab ended it: it wrote more than ${formatSize(maxOutputBytes)}\n`;

/** A command that runs in a guest, with a way to end it. */
interface StartedProcess extends GuestProcess {
  readonly kill: () => void;
}

/** Gives the inside of a machine, reached through the agent in it. */
export function createAgentGuest(life: MachineLife, agent: AgentClient): Guest {
  const { machine } = life;
  const start = (ctx: Context, argv: readonly string[], options: StartOptions = {}): Promise<StartedProcess> =>
    startProcess(ctx, life, agent, argv, options);
  const run = async (ctx: Context, argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> => {
    const process = await start(ctx, argv, options);
    try {
      return await process.wait(ctx, options.timeoutMs ?? defaultTimeoutMs);
    } catch (error) {
      process.kill();
      throw error;
    }
  };
  const runOrFail = async (ctx: Context, argv: readonly string[], options: RunOptions): Promise<CommandResult> => {
    const result = await run(ctx, argv, options);
    const { exitCode, stderr } = result;
    if (exitCode === 0) return result;
    throw new RaidlabError({
      area: 'guest',
      reason: 'command-failed',
      machine,
      argv,
      exitCode,
      said: cutText(stderr.trimEnd(), saidChars),
    });
  };
  return {
    machine,
    run,
    start,
    // A command: a file that is not there is then said in the words of a tool, not as machine trouble.
    readFile: async (ctx, guestPath) => (await runOrFail(ctx, ['cat', '--', guestPath], { quiet: true })).stdout,
    writeFile: async (ctx, guestPath, content, mode) => {
      // install(1) makes a new file that never has more permissions than `mode`.
      // It reads its standard input by /proc, which is there before udev has made /dev/stdin.
      const argv = ['install', '--no-target-directory', '--mode', mode.toString(8).padStart(4, '0'), '--', '/proc/self/fd/0', guestPath];
      await runOrFail(ctx, argv, { input: content });
    },
  };
}

async function startProcess(
  ctx: Context,
  life: MachineLife,
  agent: AgentClient,
  argv: readonly string[],
  { input = '', quiet = false, converse }: StartOptions,
): Promise<StartedProcess> {
  const { machine } = life;
  if (argv.length === 0) throw new RaidlabError({ area: 'host', reason: 'internal', message: 'an empty argv was given to a guest' });
  ctx.signal.throwIfAborted();
  const startedMs = performance.now();
  ctx.emit({ type: 'command-started', machine, argv });
  const command = await agent.start(ctx, argv, converse ?? Buffer.from(input));
  let result: CommandResult | undefined;
  // Told also when nobody waits for it any more.
  const ended = command.ended.then((end) => {
    const { exitCode, wroteTooMuch } = end;
    const durationMs = performance.now() - startedMs;
    const [stdout, stderr] = [end.stdout.toString('utf8'), end.stderr.toString('utf8')];
    const told = wroteTooMuch ? ['', tooMuch] : [quiet ? '' : cutText(stdout, toldChars), cutText(stderr, toldChars)];
    ctx.emit({ type: 'command-ended', machine, argv, exitCode, stdout: told[0] ?? '', stderr: told[1] ?? '', durationMs });
    if (wroteTooMuch) throw new RaidlabError({ area: 'guest', reason: 'output-too-long', machine, argv, limitBytes: maxOutputBytes });
    result = { argv, exitCode, stdout, stderr, durationMs };
    return result;
  });
  ended.catch(() => undefined);
  const waitingFor = `\`${argv.join(' ')}\` to end`;
  return {
    argv,
    pid: command.pid,
    kill: command.kill,
    write: command.write,
    poll: async (pollCtx) => {
      // A dead machine, a crashed kernel and an ended context are reported here too.
      await life.guard(pollCtx, { waitingFor }, Promise.resolve());
      return result;
    },
    wait: (waitCtx, timeoutMs) => {
      const failure = (limit: TimeLimit): Failure => ({ area: 'guest', reason: 'command-timed-out', machine, argv, limit });
      return life.guard(waitCtx, { waitingFor, limit: { timeoutMs, failure } }, ended);
    },
  };
}
