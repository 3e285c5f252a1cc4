// Runs in the outer machine: the accelerator is chosen as for a drill, a machine is booted and saved as a template, a fork of it
// runs a command. Prints every event, and what the command said: a JSON document a line.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTimeoutFactor, timeoutFactorVariable } from '../../../src/core/text/time-limit.ts';
import { chooseAccelerator } from '../../../src/machine/accelerator/accelerator.ts';
import { openScratch } from '../../../src/machine/cache/scratch.ts';
import { createContext } from '../../../src/machine/context.ts';
import { createOverlay } from '../../../src/machine/files/disk-image.ts';
import { ensureKernel } from '../../../src/machine/image/kernel/ensure-kernel.ts';
import { ensureTools } from '../../../src/machine/image/tools/ensure-tools.ts';
import { defaultSuite } from '../../../src/machine/image/packages/suite.ts';
import { findQemu } from '../../../src/machine/qemu/qemu-program.ts';
import { createTimeFactor } from '../../../src/machine/time-factor.ts';
import { createForkOrBoot } from '../../../src/machine/template/fork-or-boot.ts';
import { openUsersStore } from '../../rig/live-machine.ts';

const print = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

const factor = parseTimeoutFactor(process.env[timeoutFactorVariable] ?? '1');
const ctx = createContext({ emit: print, timeFactor: createTimeFactor(factor) });
await using store = await openUsersStore(ctx);
const kernel = await ensureKernel(ctx, store, { suite: defaultSuite });
const tools = await ensureTools(ctx, store, { suite: defaultSuite });
const qemu = await findQemu(ctx);
const { accelerator } = await chooseAccelerator(ctx, { store, kernel, qemu });
const parts = { qemu, accelerator, kernel, tools, memoryMiB: 768, bootTimeoutMs: 120_000 };
await using scratch = await openScratch(ctx, store, 'fork-once');
const systemHostPath = join(scratch.hostPath, 'system.qcow2');
await createOverlay(ctx, { hostPath: systemHostPath, backingHostPath: tools.systemHostPath, backingFormat: 'raw' });
const scratchHostPath = join(scratch.socketHostPath, 'main');
await mkdir(scratchHostPath, { mode: 0o700 });
const evidenceHostPath = join(process.cwd(), 'main');
await mkdir(evidenceHostPath);
const startMachine = createForkOrBoot({ store, use: { mode: 'fork', renewed: new Set() }, parts });
const places = { rootHostPath: tools.rootHostPath, systemHostPath, evidenceHostPath, scratchHostPath };
await using machine = await startMachine(ctx, { ...parts, ...places, name: 'main', disks: [] });
const { exitCode, stdout } = await machine.guest.run(ctx, ['cat', '/proc/sys/kernel/osrelease', '/proc/sys/kernel/random/boot_id']);
print({ exitCode, stdout });
