import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { describeFailure, RaidlabError } from '../core/failure/failure.ts';
import { isMirrorAddress, mirrorVariable, suiteOfVariable } from '../core/image/mirrors.ts';
import type { Mirrors } from '../core/image/mirrors.ts';
import { parseSize } from '../core/text/size.ts';
import { parseTimeoutFactor, timeoutFactorBounds, timeoutFactorVariable } from '../core/text/time-limit.ts';
import { defaultCacheBound } from '../machine/cache/pick-evictions.ts';
import type { CacheBound } from '../machine/cache/pick-evictions.ts';
import type { CacheStore } from '../machine/cache/store.ts';
import { createTimeFactor } from '../machine/time-factor.ts';
import { noEar } from '../machine/process/signal-ear.ts';
import type { TimeFactor } from '../machine/time-factor.ts';
import { failureLines } from '../report/failure-lines.ts';
import type { Cli } from './cli.ts';
import { makeInterruption } from './terminal/interruption.ts';
import { openOutput } from './terminal/output.ts';
import type { TextStream } from './terminal/output.ts';
import { findTerminal } from './terminal/raw-terminal.ts';
import type { TerminalInput, TerminalOutput } from './terminal/raw-terminal.ts';
import { reportFailure } from './failure/report-failure.ts';
import { openScreen } from './terminal/screen.ts';
import { judgeTerminal } from './terminal/terminal-capabilities.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What main.ts read of the process. */
export interface ProcessFacts {
  readonly version: string;
  readonly nodeVersion: string;
  /** Where main.ts is: in a checkout's src/ or in a package's dist/. */
  readonly moduleUrl: string;
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly cwdHostPath: string;
  /** This Node's program and options: `/usr/bin/node --disable-warning=…`. */
  readonly nodeArgv: readonly [string, ...string[]];
  readonly stdin: () => TerminalInput;
  readonly stdout: TextStream & TerminalOutput;
  readonly stderr: TextStream;
}

/** Makes the {@link Cli} that commands get from what was read of the process. */
export function makeCli(facts: ProcessFacts): Cli {
  const { env } = facts;
  const interruption = makeInterruption(() => performance.now());
  let lost: RaidlabError | undefined;
  let timeFactor: TimeFactor | undefined;
  const out = openOutput(facts.stdout, judgeTerminal({ isTTY: facts.stdout.isTTY === true, env }), (error) => {
    if (error.code === 'EPIPE') {
      // The reader had enough (`| head`), so nobody is left to tell.
      screen.silence();
      interruption.stop(new RaidlabError({ area: 'host', reason: 'interrupted', signal: 'SIGPIPE' }));
      return;
    }
    lost = new RaidlabError({
      area: 'host',
      reason: 'not-writable',
      hostPath: 'standard output',
      purpose: 'the report',
      said: error.message,
    });
    interruption.stop(lost);
  });
  const err = openOutput(facts.stderr, judgeTerminal({ isTTY: facts.stderr.isTTY === true, env }), () => undefined);
  const screen = openScreen(out, err);
  const cli: Cli = {
    version: facts.version,
    nodeVersion: facts.nodeVersion,
    program: programName(facts.moduleUrl, facts.cwdHostPath),
    argv: facts.argv,
    cwdHostPath: facts.cwdHostPath,
    homeHostPath: homeOf(env),
    selfArgv: [...facts.nodeArgv, fileURLToPath(facts.moduleUrl)],
    labIndexHostPath: join(stateOf(env), 'labs'),
    archiveHostPath: join(stateOf(env), 'archive.sqlite'),
    // Read when a command wants it, so that a bad variable is reported like any other mistake.
    get store() {
      return storeOf(env);
    },
    searchHostPaths: (env.PATH ?? '').split(delimiter).filter((directory) => directory !== ''),
    get mirrors() {
      return mirrorsOf(env);
    },
    get timeFactor() {
      return (timeFactor ??= createTimeFactor(timeoutFactorOf(env)));
    },
    allottedCores: wholeNumber(env.SLURM_CPUS_PER_TASK),
    stepSummaryHostPath: firstSet(env.GITHUB_STEP_SUMMARY),
    helpColumns: helpColumnsOf(env, facts.stdout),
    screen,
    interruption,
    ear: noEar,
    lastWords: (_exitCode, error) => {
      if (error !== undefined) reportFailure(cli, error);
    },
    input: facts.stdin,
    inputEnded: () =>
      new Promise((resolve) => {
        const input = facts.stdin();
        input.once('close', resolve).once('error', () => undefined);
        input.resume();
      }),
    terminal: () => findTerminal(facts.stdin(), facts.stdout, env.TERM),
    lostOutput: () => {
      if (lost === undefined) return undefined;
      const description = describeFailure(lost.failure);
      screen.complain(failureLines(description, cli.program));
      return description.exitCode;
    },
  };
  return cli;
}

/**
 * How raidlab is called here: in a checkout by its launcher, as a package by its name.
 *
 * In the checkout itself that is `./raidlab`, from elsewhere the launcher's whole path.
 */
export function programName(moduleUrl: string, cwdHostPath: string): string {
  if (!moduleUrl.endsWith('.ts')) return 'raidlab';
  const root = dirname(dirname(dirname(fileURLToPath(moduleUrl))));
  return root === cwdHostPath ? './raidlab' : join(root, 'raidlab');
}

/**
 * Where raidlab writes, and how much. Throws `usage/bad-variable`. Source: XDG Base Directory Specification: relative paths in its
 * variables are ignored.
 */
export function storeOf(env: Environment): CacheStore {
  const cacheHome = absolute(env.XDG_CACHE_HOME) ?? join(homeOf(env), '.cache');
  // After `su` the variable may name the runtime directory of a user who has logged out.
  const runtime = absolute(env.XDG_RUNTIME_DIR);
  return {
    ...cacheBoundOf(env),
    rootHostPath: join(cacheHome, 'raidlab'),
    temporaryHostPaths: [absolute(env.TMPDIR) ?? '/tmp', '/var/tmp'],
    memoryHostPath: '/dev/shm',
    runtimeHostPath: runtime !== undefined && existsSync(runtime) ? runtime : '/tmp',
  };
}

/** Where Debian packages are fetched from. Throws `usage/bad-variable`. */
export function mirrorsOf(env: Environment): Mirrors {
  const bySuite: Record<string, string> = {};
  for (const variable of Object.keys(env)) {
    const suite = suiteOfVariable(variable);
    const address = mirrorIn(env, variable);
    if (suite !== undefined && address !== undefined) bySuite[suite] = address;
  }
  const everySuite = mirrorIn(env, mirrorVariable);
  return { ...(everySuite === undefined ? {} : { everySuite }), bySuite };
}

function mirrorIn(env: Environment, variable: string): string | undefined {
  if (variable !== mirrorVariable && suiteOfVariable(variable) === undefined) return undefined;
  const value = firstSet(env[variable]);
  if (value === undefined || isMirrorAddress(value)) return value;
  const expected = 'the address of a Debian mirror, such as http://mirror.example/debian, with options in brackets before it or without';
  throw new RaidlabError({ area: 'usage', reason: 'bad-variable', variable, value, expected });
}

/** Where this user's labs and results are recorded. Source: XDG Base Directory Specification: state survives a restart and is not worth a backup. */
function stateOf(env: Environment): string {
  return join(absolute(env.XDG_STATE_HOME) ?? join(homeOf(env), '.local', 'state'), 'raidlab');
}

function homeOf(env: Environment): string {
  return absolute(env.HOME) ?? homedir();
}

/** As in other programs, an exported COLUMNS outweighs the terminal. Source: POSIX, Base Definitions, 8.3, COLUMNS. */
function helpColumnsOf(env: Environment, stdout: TextStream): number {
  const asked = Number(env.COLUMNS);
  if (Number.isInteger(asked) && asked > 0) return asked;
  return (stdout.isTTY === true ? stdout.columns : undefined) ?? 80;
}

function cacheBoundOf(env: Environment): CacheBound {
  const variable = 'RAIDLAB_CACHE_SIZE';
  const value = firstSet(env[variable]);
  if (value === undefined) return defaultCacheBound;
  const maxBytes = parseSize(value);
  if (maxBytes !== undefined) return { ...defaultCacheBound, maxBytes };
  throw new RaidlabError({ area: 'usage', reason: 'bad-variable', variable, value, expected: 'a size such as 4GiB' });
}

function timeoutFactorOf(env: Environment): number {
  const value = firstSet(env[timeoutFactorVariable]);
  if (value === undefined) return timeoutFactorBounds.least;
  const factor = parseTimeoutFactor(value);
  if (factor !== undefined) return factor;
  const expected = `a number from ${String(timeoutFactorBounds.least)} to ${String(timeoutFactorBounds.most)}, such as 3 or 2.5`;
  throw new RaidlabError({ area: 'usage', reason: 'bad-variable', variable: timeoutFactorVariable, value, expected });
}

function absolute(hostPath: string | undefined): string | undefined {
  return hostPath !== undefined && isAbsolute(hostPath) ? hostPath : undefined;
}

function wholeNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^[1-9]\d{0,5}$/u.test(value) ? Number(value) : undefined;
}

function firstSet(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
