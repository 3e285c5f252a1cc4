import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../core/failure.ts';
import { recallProbe, rememberProbe } from './accelerator-memory.ts';
import type { ProbeAnswer } from './accelerator-memory.ts';
import { openScratch } from './cache/scratch.ts';
import type { CacheStore } from './cache/store.ts';
import { hasErrorCode } from './cache/file-failure.ts';
import type { Context } from './context.ts';
import type { KernelArtefact } from './image/artefact.ts';
import type { Accelerator } from './machine.ts';
import { launchQemu } from './qemu/launch-qemu.ts';
import type { RunningQemu } from './qemu/launch-qemu.ts';
import { planProbeCommand } from './qemu/qemu-command.ts';
import type { QemuProgram } from './qemu/qemu-program.ts';

/** What an accelerator is chosen for. */
export interface AcceleratorRequest {
  readonly store: CacheStore;
  readonly kernel: KernelArtefact;
  readonly qemu: QemuProgram;
  /** What the person asked for; the best that works unless given. */
  readonly requested?: Accelerator;
}

/** An accelerator and why it is that one, in words. */
export interface AcceleratorChoice {
  readonly accelerator: Accelerator;
  readonly reason: string;
  /** Whether an earlier probe had found it out. */
  readonly remembered: boolean;
}

/** What /init of our initramfs prints when `raidlab.probe` is on the kernel command line; src/machine/image/guest-root. */
const probeMarker = 'raidlab-probe: alive';

/**
 * Under a KVM that works the kernel prints within 0.2 s and reaches /init within a second. One that emulates instruction
 * by instruction (nested, field notes "Host") prints nothing for a minute.
 */
const firstLineMs = 4000;
const markerMs = 10_000;
const statusPollMs = 100;

/**
 * Chooses what emulates the processor, and says so. KVM only where a real boot of this very kernel under it has
 * succeeded: a /dev/kvm that opens proves nothing. The answer is remembered until the host reboots.
 *
 * Rejects with `machine/kvm-unusable` when KVM was asked for and does not work.
 */
export async function chooseAccelerator(ctx: Context, request: AcceleratorRequest): Promise<AcceleratorChoice> {
  const choice = await choose(ctx, request);
  ctx.emit({ type: 'accelerator-chosen', ...choice });
  return choice;
}

async function choose(ctx: Context, { store, kernel, qemu, requested }: AcceleratorRequest): Promise<AcceleratorChoice> {
  if (requested === 'tcg') return { accelerator: 'tcg', reason: 'software emulation was asked for', remembered: false };
  const answer = await askKvm(ctx, store, kernel, qemu);
  if (answer.works) return { accelerator: 'kvm', reason: answer.seen, remembered: answer.remembered };
  if (requested === 'kvm') throw new RaidlabError({ area: 'machine', reason: 'kvm-unusable', why: answer.seen });
  return { accelerator: 'tcg', reason: answer.seen, remembered: answer.remembered };
}

async function askKvm(
  ctx: Context,
  store: CacheStore,
  kernel: KernelArtefact,
  qemu: QemuProgram,
): Promise<ProbeAnswer & { readonly remembered: boolean }> {
  const obstacle = await findObstacle();
  if (obstacle !== undefined) return { works: false, seen: obstacle, remembered: false };
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const subject = { bootId, qemuVersion: qemu.version, kernelDigest: kernel.digest };
  const known = await recallProbe(store, subject);
  if (known !== undefined) return { ...known, remembered: true };
  const { works, seen } = await probeAccelerator(ctx, store, kernel, 'kvm', qemu);
  const answer = { works, seen: works ? `/dev/kvm is there, and ${seen}` : `/dev/kvm is there, but ${seen}` };
  await rememberProbe(store, subject, answer);
  return { ...answer, remembered: false };
}

async function findObstacle(): Promise<string | undefined> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    return hasErrorCode(error, 'ENOENT') ? 'there is no /dev/kvm' : '/dev/kvm is there, but this user may not open it (group kvm)';
  }
}

/** Says whether a kernel boots into its initramfs under an accelerator; `seen` completes "… is there, but …" when it does not. */
export async function probeAccelerator(
  ctx: Context,
  store: CacheStore,
  kernel: KernelArtefact,
  accelerator: Accelerator,
  qemu: QemuProgram,
): Promise<ProbeAnswer> {
  await using scratch = await openScratch(ctx, store, 'probe');
  const { socketHostPath: scratchHostPath } = scratch;
  const { vmlinuzHostPath, initramfsHostPath } = kernel;
  const argv = planProbeCommand({ accelerator, vmlinuzHostPath, initramfsHostPath, scratchHostPath }, qemu);
  // Its console and its crashes are not those of a machine of the run.
  const quiet: Context = { ...ctx, emit: () => undefined };
  try {
    await using running = await launchQemu(quiet, { machine: 'probe', argv, scratchHostPath, evidenceHostPath: scratch.hostPath });
    await running.qmp.execute(quiet, 'cont');
    const trouble = await watchProbe(quiet, running);
    return { works: trouble === undefined, seen: trouble ?? 'a kernel booted under it' };
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!(error instanceof RaidlabError) || error.failure.area !== 'machine') throw error;
    const { failure } = error;
    return { works: false, seen: 'said' in failure ? `QEMU ended${formatSaid(failure.said)}` : error.message };
  }
}

/** Watches the probe boot; gives what went wrong, or undefined when the marker was printed. */
async function watchProbe(ctx: Context, { life, qmp, console, process }: RunningQemu): Promise<string | undefined> {
  const startedMs = performance.now();
  for (;;) {
    ctx.signal.throwIfAborted();
    const lines = console.lines();
    if (lines.some((line) => line.trimEnd().endsWith(probeMarker))) return undefined;
    const end = life.end();
    if (end !== undefined)
      return end.state === 'ended' ? `QEMU ended (${end.how})${formatSaid(process.stderrSoFar())}` : `its kernel crashed under it`;
    const elapsedMs = performance.now() - startedMs;
    if (lines.length === 0 && elapsedMs > firstLineMs) return `a kernel printed nothing under it within ${String(firstLineMs / 1000)} s`;
    if (elapsedMs > markerMs) return `a kernel did not boot under it within ${String(markerMs / 1000)} s`;
    const { status } = await qmp.execute(ctx, 'query-status').catch(() => ({ status: 'unknown' }));
    if (status === 'internal-error') return `QEMU stopped the processor under it (${status})${formatSaid(process.stderrSoFar())}`;
    await delay(statusPollMs);
  }
}

function formatSaid(said: string): string {
  return said.trim() === '' ? '' : `: ${lastLine(said)}`;
}

function lastLine(text: string): string {
  return (text.trimEnd().split('\n').at(-1) ?? '').replace(/\.$/, '');
}
