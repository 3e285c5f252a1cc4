// The yardstick: how long this host takes now to boot the drill's kernel into nothing but its initramfs, and to its power-off, in the same QEMU.
import { spawnSync } from 'node:child_process';
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RecordedEvent } from '../src/core/event.ts';
import { createContext } from '../src/machine/context.ts';
import { planProbeCommand } from '../src/machine/qemu/qemu-command.ts';
import { findQemu } from '../src/machine/qemu/qemu-program.ts';

/** Longer than any boot by a factor of ten; milliseconds. */
const timeoutMs = 120_000;

/** Boots the kernel of the drill that left these events once, under the same accelerator, and gives its wall time, milliseconds. */
export async function probeBoot(events: readonly RecordedEvent[]): Promise<number> {
  const started = events.find((event) => event.type === 'machine-started');
  if (started === undefined) throw new Error('the events start no machine');
  const { accelerator, argv } = started;
  using scratch = mkdtempDisposableSync(path.join(tmpdir(), 'raidlab-bench-'));
  const spec = {
    accelerator,
    vmlinuzHostPath: after(argv, '-kernel'),
    initramfsHostPath: after(argv, '-initrd'),
    scratchHostPath: scratch.path,
  };
  const planned = planProbeCommand(spec, await findQemu(createContext()));
  // Nobody is there to say `cont`.
  const [program = '', ...words] = planned.filter((word) => word !== '-S');
  const startedMs = performance.now();
  const { error, status, stderr } = spawnSync(program, words, { encoding: 'utf8', timeout: timeoutMs });
  const wallMs = performance.now() - startedMs;
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`the probe ended with exit ${status}: ${stderr}`);
  return wallMs;
}

function after(argv: readonly string[], option: string): string {
  const value = argv[argv.indexOf(option) + 1];
  if (value === undefined) throw new Error(`a machine was started without ${option}`);
  return value;
}
