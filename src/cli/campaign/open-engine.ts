import { resolve } from 'node:path';
import type { SlurmWishes } from '../../core/slurm/srun-command.ts';
import type { Engine } from '../../engine/engine.ts';
import { createContext } from '../../machine/context.ts';
import { openScratch } from '../bundle/open-scratch.ts';
import type { Cli } from '../cli.ts';
import { requireHostOf } from '../host-view.ts';
import { runHere } from './run-here.ts';
import type { RunsHere } from './run-here.ts';

/** An engine that can be used, and what it has left from before. */
interface OpenEngine extends AsyncDisposable {
  readonly engine: Engine;
  /** Takes back the jobs of these runs, which a raidlab that was killed had begun. */
  readonly takeBack: (runs: readonly string[]) => Promise<void>;
}

interface EngineWishes extends Pick<RunsHere, 'prepare'> {
  /** Undefined: here. */
  readonly slurm: SlurmWishes | undefined;
  /** As typed. */
  readonly output: string;
}

/** Opens the engine that was asked for, after making sure that it can work. Rejects with `host/lacks`, or with what Slurm says. */
export async function openEngine(cli: Cli, { slurm, output, prepare }: EngineWishes): Promise<OpenEngine> {
  const resultsHostPath = resolve(cli.cwdHostPath, output);
  if (slurm === undefined) {
    await requireHostOf(cli);
    const none = (): Promise<void> => Promise.resolve();
    // What was begun here ended with its process.
    return { engine: runHere(cli, { resultsHostPath, prepare }), takeBack: none, [Symbol.asyncDispose]: none };
  }
  const [{ requireSlurm, takeBack }, { runOnSlurm }] = await Promise.all([
    import('../../engine/slurm/run-slurm-job.ts'),
    import('../slurm/run-on-slurm.ts'),
  ]);
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  await requireSlurm(ctx, slurm);
  const scratch = await openScratch(cli, 'slurm');
  const cluster = { wishes: slurm, scratchHostPath: scratch.hostPath, version: cli.version };
  return {
    engine: runOnSlurm(cli, { ctx, cluster, resultsHostPath, prepare }),
    takeBack: (runs) => takeBack(ctx, runs),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}
