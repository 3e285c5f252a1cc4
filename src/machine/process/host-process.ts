/**
 * The module that starts processes on the host.
 *
 * Everything it starts dies with us, even when we are killed with SIGKILL: `setpriv --pdeathsig` asks the kernel to
 * signal the child when its parent ends. `setpriv` replaces itself by the command, so the pid is the command's own.
 *
 *     runHostCommand    starts, waits, gives the output; context ends ─► TERM to the group ─► grace ─► KILL ─► waits for the end
 *     startHostProcess  starts, gives a HostProcess; lives until it ends by itself or is disposed
 */
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { RaidlabError } from '../../core/failure/failure.ts';
import { tellingLines } from '../../core/text/telling-lines.ts';
import { withDeadline } from '../context.ts';
import type { Context } from '../context.ts';

/** Properties of a command besides its argv. */
export interface HostCommandOptions {
  /** Its purpose, to complete "it is needed to …" and "while …": `build the kernel image`. */
  readonly purpose: string;
  /** Added to our own environment. LC_ALL is always C.UTF-8, so that outputs can be parsed. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwdHostPath?: string;
  /** Where it writes, for the message when that disk is full. */
  readonly writesHostPath?: string;
  /** The signal it gets when we die without stopping it; TERM by default. */
  readonly deathSignal?: 'TERM' | 'KILL';
}

/** How a command is run to its end. */
export interface RunHostCommandOptions extends HostCommandOptions {
  /** Written to its standard input, which is otherwise /dev/null. */
  readonly input?: string | Uint8Array | Readable;
  /** False for output of any length: then only `onLine` sees it. */
  readonly keepsOutput?: boolean;
  /** Takes its standard output, which is then no text: neither kept nor given to `onLine`. Must not throw. */
  readonly takeBytes?: (bytes: Uint8Array) => void;
  /** Called for each line as it appears, without its line end. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** The maximal wall time on a host of usual speed, milliseconds; no limit of its own by default. */
  readonly timeoutMs?: number;
  /** Exit statuses that are results, not failures; only 0 by default. A program that is missing is a failure of `all`, too. */
  readonly okExitCodes?: readonly number[] | 'all';
  /** Between TERM and KILL when it must stop, milliseconds; 5000 by default. */
  readonly graceMs?: number;
}

/** The result of a command on the host. */
export interface HostCommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** Wall time, milliseconds. */
  readonly durationMs: number;
}

/** How a process on the host ended. */
export interface HostProcessEnd {
  /** Undefined when a signal ended it. */
  readonly exitCode?: number;
  /** `SIGKILL`, … when a signal ended it. */
  readonly signal?: string;
  /** The last 64 KiB of its output. */
  readonly stdout: string;
  readonly stderr: string;
}

/** A long-lived process on the host. Disposing it kills it at once and waits for its end. */
export interface HostProcess extends AsyncDisposable {
  readonly pid: number;
  readonly argv: readonly string[];
  /** Resolves when it has ended and its output is read; never rejects. */
  readonly ended: Promise<HostProcessEnd>;
  /** How it ended, or undefined while it runs. */
  end(): HostProcessEnd | undefined;
  /** The last 64 KiB it wrote to standard error so far. */
  stderrSoFar(): string;
  /** Sends a signal to it alone; does nothing when it has ended. */
  kill(signal: NodeJS.Signals): void;
}

const outputKeptChars = 64 * 1024;

/** A fifth of what raidlab loads: most commands start no process. */
async function loadExeca() {
  return (await import('execa')).execa;
}

/**
 * Runs a command on the host to its end.
 *
 * Rejects with a RaidlabError: `host/program-missing`; `host/disk-full` when it failed for want of space;
 * `host/command-failed` for any other exit status that is not in `okExitCodes`; `host/wait-timed-out` after `timeoutMs`;
 * and the signal's own reason when the context ends first. In every case the process is gone when this settles.
 */
export async function runHostCommand(ctx: Context, argv: readonly string[], options: RunHostCommandOptions): Promise<HostCommandResult> {
  const execa = await loadExeca();
  ctx.signal.throwIfAborted();
  let lastLine = 'no output';
  using limited = withDeadline(
    ctx,
    `\`${argv.slice(0, 2).join(' ')}\` to ${options.purpose}`,
    options.timeoutMs ?? Number.POSITIVE_INFINITY,
    () => lastLine,
  );
  const watch = (stream: 'stdout' | 'stderr') => ({
    // With its line ends kept, the output stays exactly as the command wrote it.
    preserveNewlines: true,
    *transform(line: string): Generator<string> {
      lastLine = line.trimEnd();
      options.onLine?.(line.replace(/\r?\n$/, ''), stream);
      if (options.keepsOutput !== false || stream === 'stderr') yield line;
    },
  });
  const startedMs = performance.now();
  const subprocess = execa('setpriv', wrap(argv, options), {
    ...baseOptions(options),
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    stdout: options.takeBytes === undefined ? watch('stdout') : takeAll(options.takeBytes),
    stderr: watch('stderr'),
    stripFinalNewline: false,
    cancelSignal: limited.signal,
    killDescendants: true,
    forceKillAfterDelay: (options.graceMs ?? 5000) * ctx.timeFactor.value(),
  });
  const result = await subprocess;
  if (limited.signal.aborted) {
    // The process has ended; its children in the group may have survived the TERM.
    subprocess.kill('SIGKILL');
    throw limited.signal.reason;
  }
  const { exitCode, signal, stdout, stderr } = result;
  const { okExitCodes = [0] } = options;
  const isOk = okExitCodes === 'all' ? missingProgram(exitCode, stderr) === undefined : okExitCodes.includes(exitCode ?? Number.NaN);
  if (exitCode !== undefined && isOk) {
    return { stdout, stderr, exitCode, durationMs: performance.now() - startedMs };
  }
  throw hostProcessFailure(argv, options, {
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    stdout,
    // If setpriv itself could not be started there is no exit status and no output, only the error.
    stderr: exitCode === undefined && signal === undefined ? missingSetpriv(result.code) : stderr,
  });
}

/**
 * Starts a process that lives on after this returns. It is bound to its own disposal and to our life, not to the context's, which only
 * decides whether it may start. If it ended too soon, pass its end to {@link hostProcessFailure}.
 */
export async function startHostProcess(ctx: Context, argv: readonly string[], options: HostCommandOptions): Promise<HostProcess> {
  const execa = await loadExeca();
  ctx.signal.throwIfAborted();
  const subprocess = execa('setpriv', wrap(argv, { deathSignal: 'KILL', ...options }), {
    ...baseOptions(options),
    stdin: 'ignore',
    buffer: false,
    // A group of its own: Ctrl-C in the terminal is ours to handle.
    killDescendants: true,
  });
  const { pid } = subprocess;
  if (pid === undefined) {
    const { code } = await subprocess;
    throw hostProcessFailure(argv, options, { stdout: '', stderr: missingSetpriv(code) });
  }
  const stdout = keepTail(subprocess.stdout);
  const stderr = keepTail(subprocess.stderr);
  let end: HostProcessEnd | undefined;
  const ended = waitForEnd(subprocess, stdout, stderr).then((seen) => (end = seen));
  return {
    pid,
    argv,
    ended,
    end: () => end,
    stderrSoFar: stderr,
    kill: (signal) => {
      if (end === undefined) subprocess.nodeChildProcess.kill(signal);
    },
    [Symbol.asyncDispose]: async () => {
      if (end === undefined) subprocess.kill('SIGKILL');
      await ended;
    },
  };
}

/** Gives the error for a command that ended badly: `program-missing`, `disk-full` or `command-failed`. */
export function hostProcessFailure(argv: readonly string[], options: HostCommandOptions, end: HostProcessEnd): RaidlabError {
  const missing = end.signal === undefined ? missingProgram(end.exitCode, end.stderr) : undefined;
  if (missing !== undefined) {
    return new RaidlabError({ area: 'host', reason: 'program-missing', program: missing, purpose: options.purpose });
  }
  if (/No space left on device|\bENOSPC\b/.test(`${end.stderr}\n${end.stdout}`)) {
    const hostPath = options.writesHostPath ?? options.cwdHostPath ?? '.';
    return new RaidlabError({ area: 'host', reason: 'disk-full', hostPath, doing: `running ${String(argv[0])} to ${options.purpose}` });
  }
  return new RaidlabError({
    area: 'host',
    reason: 'command-failed',
    argv,
    ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
    ...(end.signal === undefined ? {} : { signal: end.signal }),
    said: tellingLines((end.stderr.trim() === '' ? end.stdout : end.stderr).split('\n')),
  });
}

/** util-linux: setpriv exits 127 when the program is not found (EXIT_ENOENT). */
function missingProgram(exitCode: number | undefined, stderr: string): string | undefined {
  if (exitCode !== undefined && exitCode !== 127) return undefined;
  return /^setpriv: (?:failed to execute )?(.+?): No such file or directory$/m.exec(stderr)?.[1];
}

function wrap(argv: readonly string[], options: HostCommandOptions): readonly string[] {
  return ['--pdeathsig', options.deathSignal ?? 'TERM', '--', ...argv];
}

function baseOptions(options: HostCommandOptions) {
  return {
    reject: false,
    // An empty LANGUAGE is an unset one: gettext would otherwise prefer it to LC_ALL.
    env: { ...options.env, LC_ALL: 'C.UTF-8', LANGUAGE: '' },
    ...(options.cwdHostPath === undefined ? {} : { cwd: options.cwdHostPath }),
  } as const;
}

function takeAll(take: (bytes: Uint8Array) => void) {
  return {
    binary: true as const,
    *transform(bytes: Uint8Array): Generator<Uint8Array> {
      take(bytes);
    },
  };
}

function missingSetpriv(code: string | undefined): string {
  return code === 'ENOENT' ? 'setpriv: setpriv: No such file or directory' : `setpriv could not be started (${String(code)})`;
}

function keepTail(stream: Readable): () => string {
  const decoder = new StringDecoder('utf8');
  let tail = '';
  stream.on('data', (chunk: Buffer) => {
    tail = (tail + decoder.write(chunk)).slice(-outputKeptChars);
  });
  return () => tail;
}

async function waitForEnd(subprocess: EndingProcess, stdout: () => string, stderr: () => string): Promise<HostProcessEnd> {
  const { exitCode, signal } = await subprocess;
  return {
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    stdout: stdout(),
    stderr: stderr(),
  };
}

type EndingProcess = PromiseLike<{ readonly exitCode?: number; readonly signal?: string }>;
