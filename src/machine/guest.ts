import type { Context } from './context.ts';

/** The result of a command in a guest. */
export interface CommandResult {
  readonly argv: readonly string[];
  /** The exit status; 128 + N when signal N ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall time on the host, milliseconds. */
  readonly durationMs: number;
}

/** How a command is run in a guest. */
export interface RunOptions {
  /** Written to its standard input; never recorded, so keys and passphrases go here. */
  readonly input?: string | Uint8Array;
  /** How long it may take, milliseconds of wall time on a host of usual speed; 120 s unless said otherwise. */
  readonly timeoutMs?: number;
  /** Leaves stdout out of events and transcripts (manifests, large listings). The result still has it. */
  readonly quiet?: boolean;
}

/** Hears what a command writes, as it comes. */
export type OutputListener = (stream: 'stdout' | 'stderr', bytes: Buffer) => void;

/** How a command is started in a guest. */
export interface StartOptions extends Omit<RunOptions, 'timeoutMs'> {
  /** Converses with it: hears what it writes, while its standard input stays open for {@link GuestProcess.write}; not together with `input`. */
  readonly converse?: OutputListener;
}

/** A command that runs in a guest while the host does something else. */
export interface GuestProcess {
  readonly argv: readonly string[];
  /** The process id in the guest. */
  readonly pid: number;
  /** Gives a command that is conversed with more standard input, or, of no bytes, the end of it; never recorded. */
  write(bytes: Uint8Array): void;
  /** Gives the result, or `undefined` while it runs. One round trip. */
  poll(ctx: Context): Promise<CommandResult | undefined>;
  /** Waits until it ends. Unlike {@link Guest.run} this does not kill it when the context ends: since kernel 6.19 a signal cancels a replace. */
  wait(ctx: Context, timeoutMs: number): Promise<CommandResult>;
}

/**
 * Where commands are typed: inside a running machine. Storage operations know only this. All methods reject with a RaidlabError:
 * `machine/*` when the machine is in trouble, and {@link KernelCrash} as soon as its kernel has crashed; nobody waits for a dead kernel.
 * A non-zero exit is a result, not an error.
 */
export interface Guest {
  /** The machine's name, as in events. */
  readonly machine: string;
  /** Runs a command to its end. */
  run(ctx: Context, argv: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Starts a command and returns at once. */
  start(ctx: Context, argv: readonly string[], options?: StartOptions): Promise<GuestProcess>;
  /** Reads a whole file of at most 16 MiB, as UTF-8. */
  readFile(ctx: Context, guestPath: string): Promise<string>;
  /** Writes a whole file with the given mode (octal, e.g. 0o600), creating it. Its content is never recorded. */
  writeFile(ctx: Context, guestPath: string, content: string | Uint8Array, mode: number): Promise<void>;
}
