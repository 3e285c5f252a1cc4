/**
 * Boots only a kernel's initramfs, to see whether an accelerator works and how fast this host is.
 *
 * A KVM that emulates instruction by instruction (nested, field notes "Host") prints nothing for a minute; a nested one that works may
 * take many times as long as one on bare metal. Software emulation beside it tells them apart on a host of any speed:
 *
 *     KVM   ──► boots ──► it works; software emulation is stopped
 *     TCG   ──► boots ──► if KVM has printed nothing, it does not work; otherwise it gets twice that time more
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import { formatTimeLimit, lengthOfLimit } from '../../core/text/time-limit.ts';
import type { TimeLimit } from '../../core/text/time-limit.ts';
import type { ProbeAnswer } from './accelerator-memory.ts';
import { openScratch } from '../cache/scratch.ts';
import type { CacheStore } from '../cache/store.ts';
import type { Context } from '../context.ts';
import type { KernelArtefact } from '../image/artefact.ts';
import type { Accelerator } from '../../core/host/accelerator.ts';
import type { QemuProgram } from '../qemu/qemu-program.ts';
import { launchQemu } from '../qemu/launch-qemu.ts';
import type { RunningQemu } from '../qemu/launch-qemu.ts';
import { planProbeCommand } from '../qemu/qemu-command.ts';

/** What a probe boots, and with what. */
export interface ProbeParts {
  readonly store: CacheStore;
  readonly kernel: KernelArtefact;
  readonly qemu: QemuProgram;
}

/** The results of both probes. Software emulation that was stopped because KVM was faster has none. */
export interface ProbedHost {
  readonly kvm: ProbeAnswer;
  readonly tcg: ProbeAnswer | undefined;
}

/** What /init of our initramfs prints when `raidlab.probe` is on the kernel command line; src/machine/image/guest-root. */
const probeMarker = 'raidlab-probe: alive';

const probeTimeoutMs = 120_000;
const statusPollMs = 100;

/** How many times as long as software emulation a KVM that prints something may take: beyond that it is slower and useless. */
const kvmMayTake = 3;

/** Probes KVM, with software emulation beside it as the measure. */
export async function probeKvm(ctx: Context, parts: ProbeParts): Promise<ProbedHost> {
  const over = new AbortController();
  let emulated: ProbeAnswer | undefined;
  const emulating = probeAccelerator({ ...ctx, signal: AbortSignal.any([ctx.signal, over.signal]) }, parts, 'tcg').then(
    (answer) => (emulated = answer),
    (error: unknown) => {
      if (!over.signal.aborted) throw error;
    },
  );
  emulating.catch(() => undefined);
  try {
    const kvm = await probeAccelerator(ctx, parts, 'kvm', (progress) => judgeBesideEmulation(progress, emulated?.bootMs ?? undefined));
    over.abort();
    await emulating;
    return { kvm, tcg: emulated };
  } finally {
    over.abort();
    await emulating.catch(() => undefined);
  }
}

function judgeBesideEmulation({ elapsedMs, hasPrinted }: Progress, emulatedMs: number | undefined): string | undefined {
  if (emulatedMs === undefined) return undefined;
  const emulated = `${(emulatedMs / 1000).toFixed(1)} s`;
  if (!hasPrinted) return `a kernel printed nothing under it, while it booted in software emulation within ${emulated}`;
  if (elapsedMs < kvmMayTake * emulatedMs) return undefined;
  return `a kernel did not boot under it within ${(elapsedMs / 1000).toFixed(1)} s; in software emulation it took ${emulated}`;
}

/** The progress of a probe. */
interface Progress {
  readonly elapsedMs: number;
  readonly hasPrinted: boolean;
}

/**
 * Says whether a kernel boots into its initramfs under an accelerator, and how long that takes; `seen` completes "… is there, but …" when
 * it does not. `judge` says why a probe is given up early.
 */
export async function probeAccelerator(
  ctx: Context,
  { store, kernel, qemu }: ProbeParts,
  accelerator: Accelerator,
  judge: (progress: Progress) => string | undefined = () => undefined,
): Promise<ProbeAnswer> {
  await using scratch = await openScratch(ctx, store, `probe-${accelerator}`);
  const { socketHostPath: scratchHostPath } = scratch;
  const { vmlinuzHostPath, initramfsHostPath } = kernel;
  const argv = planProbeCommand({ accelerator, vmlinuzHostPath, initramfsHostPath, scratchHostPath }, qemu);
  // Its console and its crashes do not belong to a machine of the run.
  const quiet: Context = { ...ctx, emit: () => undefined };
  try {
    await using running = await launchQemu(quiet, { machine: 'probe', argv, scratchHostPath, evidenceHostPath: scratch.hostPath });
    await running.qmp.execute(quiet, 'cont');
    return await watchProbe(quiet, running, judge);
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!(error instanceof RaidlabError) || error.failure.area !== 'machine') throw error;
    const { failure } = error;
    return failed('said' in failure ? `QEMU ended${formatSaid(failure.said)}` : error.message);
  }
}

function failed(seen: string): ProbeAnswer {
  return { works: false, seen, bootMs: null };
}

/** Watches the probe boot until the marker is printed or something goes wrong. */
async function watchProbe(
  ctx: Context,
  { life, qmp, console, process }: RunningQemu,
  judge: (progress: Progress) => string | undefined,
): Promise<ProbeAnswer> {
  const startedMs = performance.now();
  for (;;) {
    ctx.signal.throwIfAborted();
    const lines = console.lines();
    const elapsedMs = performance.now() - startedMs;
    if (lines.some((line) => line.trimEnd().endsWith(probeMarker)))
      return { works: true, seen: 'a kernel booted under it', bootMs: Math.round(elapsedMs) };
    const end = life.end();
    if (end !== undefined)
      return failed(end.state === 'ended' ? `QEMU ended (${end.how})${formatSaid(process.stderrSoFar())}` : `its kernel crashed under it`);
    const limit: TimeLimit = { usualMs: probeTimeoutMs, factor: ctx.timeFactor.value() };
    const givenUp = judge({ elapsedMs, hasPrinted: lines.length > 0 });
    if (givenUp !== undefined) return failed(givenUp);
    if (elapsedMs > lengthOfLimit(limit)) return failed(`a kernel did not boot under it within ${formatTimeLimit(limit)}`);
    const { status } = await qmp.execute(ctx, 'query-status').catch(() => ({ status: 'unknown' }));
    if (status === 'internal-error') return failed(`QEMU stopped the processor under it (${status})${formatSaid(process.stderrSoFar())}`);
    await delay(statusPollMs);
  }
}

function formatSaid(said: string): string {
  return said.trim() === '' ? '' : `: ${lastLine(said)}`;
}

function lastLine(text: string): string {
  return (text.trimEnd().split('\n').at(-1) ?? '').replace(/\.$/, '');
}
