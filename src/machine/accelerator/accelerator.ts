import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import { recallProbe, rememberProbe } from './accelerator-memory.ts';
import type { ProbeAnswer, ProbeSubject } from './accelerator-memory.ts';
import { hasErrorCode } from '../cache/file-failure.ts';
import type { Context } from '../context.ts';
import { isSlower, learnHostSpeed } from './host-speed.ts';
import type { Accelerator } from '../../core/host/accelerator.ts';
import { probeAccelerator, probeKvm } from './probe-accelerator.ts';
import type { ProbeParts } from './probe-accelerator.ts';

/** What an accelerator is chosen for. */
export interface AcceleratorRequest extends ProbeParts {
  /** The requested accelerator; by default the best that works. */
  readonly requested?: Accelerator;
}

/** An accelerator and the reason for it, in words. */
export interface AcceleratorChoice {
  readonly accelerator: Accelerator;
  readonly reason: string;
  /** Whether an earlier probe had determined it. */
  readonly remembered: boolean;
}

/**
 * Chooses what emulates the processor, and reports it. KVM only if a real boot of exactly this kernel under it has succeeded: a /dev/kvm
 * that opens proves nothing. The answer is remembered until the host reboots, with the boot's time, which shows this host's speed.
 * Rejects with `machine/kvm-unusable` when KVM was requested and does not work.
 */
export async function chooseAccelerator(ctx: Context, request: AcceleratorRequest): Promise<AcceleratorChoice> {
  const choice = await choose(ctx, request);
  ctx.emit({ type: 'accelerator-chosen', ...choice });
  return choice;
}

async function choose(ctx: Context, { requested, ...parts }: AcceleratorRequest): Promise<AcceleratorChoice> {
  const memory = await openMemory(parts);
  if (requested === 'tcg') {
    await measureEmulation(ctx, parts, memory);
    return { accelerator: 'tcg', reason: 'software emulation was asked for', remembered: false };
  }
  const { answer, remembered } = await askKvm(ctx, parts, memory);
  if (answer.works) {
    await learnFrom(ctx, parts, memory, { accelerator: 'kvm', answer, remembered });
    return { accelerator: 'kvm', reason: answer.seen, remembered };
  }
  if (requested === 'kvm') throw new RaidlabError({ area: 'machine', reason: 'kvm-unusable', why: answer.seen });
  await measureEmulation(ctx, parts, memory);
  return { accelerator: 'tcg', reason: answer.seen, remembered };
}

/** The results of earlier probes of this kernel on this host. */
interface Memory {
  readonly recall: (accelerator: Accelerator) => Promise<ProbeAnswer | undefined>;
  readonly remember: (accelerator: Accelerator, answer: ProbeAnswer) => Promise<void>;
}

async function openMemory({ store, kernel, qemu }: ProbeParts): Promise<Memory> {
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const subjectOf = (accelerator: Accelerator): ProbeSubject => ({
    bootId,
    qemuVersion: qemu.version,
    kernelDigest: kernel.digest,
    accelerator,
  });
  return {
    recall: (accelerator) => recallProbe(store, subjectOf(accelerator)),
    remember: (accelerator, answer) => rememberProbe(store, subjectOf(accelerator), answer),
  };
}

async function askKvm(
  ctx: Context,
  parts: ProbeParts,
  memory: Memory,
): Promise<{ readonly answer: ProbeAnswer; readonly remembered: boolean }> {
  const obstacle = await findObstacle();
  if (obstacle !== undefined) return { answer: { works: false, seen: obstacle, bootMs: null }, remembered: false };
  const known = await memory.recall('kvm');
  if (known !== undefined) return { answer: known, remembered: true };
  const { kvm, tcg } = await probeKvm(ctx, parts);
  const answer = { ...kvm, seen: kvm.works ? `/dev/kvm is there, and ${kvm.seen}` : `/dev/kvm is there, but ${kvm.seen}` };
  await memory.remember('kvm', answer);
  if (tcg?.works === true) await memory.remember('tcg', tcg);
  return { answer, remembered: false };
}

/** Software emulation works everywhere; only its speed here is unknown. The machines will report any trouble with it. */
async function measureEmulation(ctx: Context, parts: ProbeParts, memory: Memory): Promise<void> {
  const known = await memory.recall('tcg');
  const answer = known ?? (await probeAccelerator(ctx, parts, 'tcg'));
  if (known === undefined && answer.works) await memory.remember('tcg', answer);
  await learnFrom(ctx, parts, memory, { accelerator: 'tcg', answer, remembered: known !== undefined });
}

/** A host that was slow when probed may have been busy, and is probed again; one that was fast is fast, whatever it does now. */
async function learnFrom(
  ctx: Context,
  parts: ProbeParts,
  memory: Memory,
  found: { readonly accelerator: Accelerator; readonly answer: ProbeAnswer; readonly remembered: boolean },
): Promise<void> {
  const { accelerator, answer, remembered } = found;
  let { bootMs } = answer;
  if (bootMs === null) return;
  if (remembered && isSlower(ctx, 'probe', bootMs)) {
    const again = await probeAccelerator(ctx, parts, accelerator);
    bootMs = again.bootMs ?? bootMs;
    await memory.remember(accelerator, { ...answer, bootMs });
  }
  learnHostSpeed(ctx, 'probe', bootMs);
}

async function findObstacle(): Promise<string | undefined> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    return hasErrorCode(error, 'ENOENT') ? 'there is no /dev/kvm' : '/dev/kvm is there, but this user may not open it (group kvm)';
  }
}
