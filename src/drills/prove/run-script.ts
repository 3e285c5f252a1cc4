/**
 * A person's script in the guest, and how it ended.
 *
 *     exit 0 ──────────────────► held ─────────┐
 *     another exit ────────────► broken ───────┼─► what it left is proved
 *     it restarted the machine ► held ─────────┘
 *     126, 127: a program that the guest lacks ─► inconclusive, and nothing is proved
 *     it did not end in time ───────────────────► inconclusive, with what it was at
 *     the kernel crashed ───────────────────────► crashed
 */
import { readFile } from 'node:fs/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { FaultWish } from '../../core/fault/fault-wish.ts';
import { usualDisk } from '../../core/fault/fault-wish.ts';
import { planOpenAsBoot } from '../../core/plan/array.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { fillScriptWords } from '../../core/prove/script-words.ts';
import { isRestartLine } from '../../core/prove/restart-line.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import type { CommandResult, GuestProcess } from '../../machine/guest.ts';
import { describeRefusal, said } from '../../storage/type-command.ts';
import type { DrillRun } from '../drill-run.ts';
import type { Step } from '../drill.ts';
import { typed } from '../steps/plan-line.ts';
import { adoptContainers } from './adopt-containers.ts';
import { Conversation } from './conversation.ts';
import type { Person } from './person.ts';
import { scriptGuestPath } from './script.ts';
import type { Script } from './script.ts';

const runnerGuestPath = '/run/raidlab-run-script';

/** How much of what it wrote is evidence, lines from the end; the events have all of it. */
const evidenceLines = 40;

/** How long a machine that the script turned off may take to be off, milliseconds. */
const restartTimeoutMs = 60_000;

/** Gives the step that copies a script into the guest and runs it there, whatever comes of it. */
export function runScript(script: Script, faults: readonly FaultWish[]): Step {
  const plan = (array: ArrayPlan): Command =>
    command(runnerGuestPath, scriptGuestPath(script), ...fillScriptWords(script.args, array, faults[0]?.disk ?? usualDisk));
  return {
    name: 'run-script',
    title: `Run ${script.name}`,
    phase: 'repair',
    skippable: false,
    plan: (array) => typed(plan(array)),
    run: async (run) => {
      const runner = await readFile(new URL('../../storage/guest-programs/run-script.pl', import.meta.url));
      await run.guest.writeFile(run.ctx, runnerGuestPath, runner, 0o755);
      await run.guest.writeFile(run.ctx, scriptGuestPath(script), script.text, 0o755);
      try {
        await runToEnd(run, plan(run.array), script);
      } catch (error) {
        if (!(await hasRestarted(run, error))) throw error;
        run.judge(checkOf('held', ['it restarted the machine; what comes after that in it was not run']));
        await run.boot();
        await run.try(planOpenAsBoot);
      }
      await adoptContainers(run);
    },
  };
}

async function runToEnd(run: DrillRun, planned: Command, { name, limitMs, person }: Script): Promise<void> {
  const [runner = runnerGuestPath, ...words] = planned.argv;
  const options = person === null ? [] : terminalOptions(person);
  await using conversation = person === null ? undefined : new Conversation(run.ctx, person, `${run.drill}: ${name}`);
  const process = await run.start(
    { ...planned, argv: [runner, ...options, ...words] },
    conversation === undefined ? {} : { converse: conversation.hear },
  );
  conversation?.isWith(process);
  const ended = await process.wait(run.ctx, limitMs).catch(async (error: unknown) => {
    if (isTimeOut(error)) await tellWhatHangs(run, process);
    throw error;
  });
  // A terminal has a carriage return in each line end.
  const result = { ...ended, argv: words, stdout: ended.stdout.replaceAll('\r\n', '\n') };
  // It may be over before the shutdown that it asked for has begun.
  const { exitCode } = await run.guest.run(run.ctx, ['pgrep', '--full', '/usr/lib/raidlab/shut-down']);
  if (exitCode === 0) await run.guest.run(run.ctx, ['sleep', 'infinity'], { timeoutMs: restartTimeoutMs });
  run.judge(judgeEnd(result));
  if (result.exitCode === 126 || result.exitCode === 127) throw lacksProgram(run, result);
}

function terminalOptions({ terminal: { term, rows, columns } }: Person): readonly string[] {
  return ['--terminal', term, String(rows), String(columns)];
}

function judgeEnd(result: CommandResult): Check {
  const [ended = '', ...wrote] = describeRefusal(result);
  const evidence = [ended, ...(wrote.length > evidenceLines ? ['…'] : []), ...wrote.slice(-evidenceLines)];
  if (result.exitCode === 0) return checkOf('held', evidence);
  return checkOf(result.exitCode === 126 || result.exitCode === 127 ? 'inconclusive' : 'broken', evidence);
}

function checkOf(outcome: Check['outcome'], evidence: readonly string[]): Check {
  return { name: 'script', claim: 'The script goes through', outcome, evidence };
}

/** A program that the guest does not have says nothing about storage. */
function lacksProgram(run: DrillRun, result: CommandResult): RaidlabError {
  const { argv, exitCode } = result;
  return new RaidlabError({ area: 'guest', reason: 'command-failed', machine: run.guest.machine, argv, exitCode, said: said(result) });
}

function isTimeOut(error: unknown): boolean {
  return error instanceof RaidlabError && error.failure.area === 'guest' && error.failure.reason === 'command-timed-out';
}

/** What a hanging script waits for, process by process; then it is ended with all that it started, as far as the kernel lets it. */
async function tellWhatHangs(run: DrillRun, { pid }: GuestProcess): Promise<void> {
  const { stdout } = await run.guest.run(run.ctx, ['ps', '--forest', '-o', 'pid,stat,wchan:24,etimes,args', '-s', String(pid)]);
  run.judge(checkOf('inconclusive', ['it did not end in time, and was at this:', ...stdout.trimEnd().split('\n').slice(0, evidenceLines)]));
  await run.guest.run(run.ctx, ['pkill', '--signal', 'KILL', '--session', String(pid)]);
}

/** Tells whether a machine is gone because somebody in it told it to go. */
async function hasRestarted(run: DrillRun, error: unknown): Promise<boolean> {
  const isGone = error instanceof RaidlabError && error.failure.area === 'machine' && error.failure.reason === 'qemu-ended';
  if (!isGone || !run.machine.consoleLines().some(isRestartLine)) return false;
  await run.crash();
  return true;
}
