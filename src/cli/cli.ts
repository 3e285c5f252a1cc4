import type { ExitCode } from '../core/exit-code.ts';
import type { Mirrors } from '../core/image/mirrors.ts';
import type { CacheStore } from '../machine/cache/store.ts';
import type { SignalEar } from '../machine/process/signal-ear.ts';
import type { TimeFactor } from '../machine/time-factor.ts';
import type { Interruption } from './terminal/interruption.ts';
import type { Terminal, TerminalInput } from './terminal/raw-terminal.ts';
import type { Screen } from './terminal/screen.ts';

/** What a command gets: everything of the process and its environment that it may know. Only main.ts reads the originals. */
export interface Cli {
  readonly version: string;
  readonly nodeVersion: string;
  /** How raidlab is called here: `raidlab`, or the path of a checkout's launcher. */
  readonly program: string;
  /** The words after the program's name. */
  readonly argv: readonly string[];
  readonly cwdHostPath: string;
  /** The person's home directory. */
  readonly homeHostPath: string;
  /** The command that starts raidlab itself, for the process that keeps a lab: `node …/main.ts`. */
  readonly selfArgv: readonly [string, ...string[]];
  /** Where this user's labs are recorded: `$XDG_STATE_HOME/raidlab/labs`. */
  readonly labIndexHostPath: string;
  /** Where results are kept: `$XDG_STATE_HOME/raidlab/archive.sqlite`. */
  readonly archiveHostPath: string;
  readonly store: CacheStore;
  /** The directories of PATH. */
  readonly searchHostPaths: readonly string[];
  /** `$RAIDLAB_MIRROR` and `$RAIDLAB_MIRROR_SUITE`. */
  readonly mirrors: Mirrors;
  /** The factor on all time limits: `$RAIDLAB_TIMEOUT_FACTOR`, or more where the host turns out to be slow. */
  readonly timeFactor: TimeFactor;
  /** `$SLURM_CPUS_PER_TASK`: the cores of the job of Slurm that we are, which need not be all that we see; undefined elsewhere. */
  readonly allottedCores: number | undefined;
  /** `$GITHUB_STEP_SUMMARY`: the file that a step of GitHub Actions appends its summary to. */
  readonly stepSummaryHostPath: string | undefined;
  /** How wide the help is laid out: `$COLUMNS`, the terminal's width, or 80. */
  readonly helpColumns: number;
  readonly screen: Screen;
  readonly interruption: Interruption;
  /**
   * Called when the process ends without returning to the command: on a second Ctrl-C, or with an uncaught error. A run sets its own
   * while it is open.
   */
  lastWords: (exitCode: ExitCode, error?: unknown) => void;
  /** Hears signals while we are deaf; set once a command runs. */
  ear: SignalEar;
  /** Standard input, for a command that reads it. */
  readonly input: () => TerminalInput;
  /** Resolves when standard input can bring nothing more; never rejects. */
  readonly inputEnded: () => Promise<void>;
  /** The person's terminal, to be taken over; undefined when standard input or output is not one. */
  readonly terminal: () => Terminal | undefined;
  /** Reports that standard output was lost, unless its reader left on purpose, and gives the exit code; undefined when it was not lost. */
  readonly lostOutput: () => ExitCode | undefined;
}
