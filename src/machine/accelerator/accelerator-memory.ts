import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { accelerators } from '../../core/host/accelerator.ts';
import { fields, flag, list, number, oneOf, text, tryJson } from '../../core/parsing/json-shape.ts';
import type { Shape } from '../../core/parsing/json-shape.ts';
import { fileFailure, hasErrorCode } from '../cache/file-failure.ts';
import type { CacheStore } from '../cache/store.ts';
import { replaceFile } from '../files/replace-file.ts';
import type { Accelerator } from '../../core/host/accelerator.ts';

/** What an accelerator was probed with: the answer stays true while all of this is unchanged. */
export interface ProbeSubject {
  /** /proc/sys/kernel/random/boot_id of the host. */
  readonly bootId: string;
  readonly qemuVersion: string;
  readonly kernelDigest: string;
  readonly accelerator: Accelerator;
}

/** Whether a kernel booted under an accelerator, and what was seen. */
export interface ProbeAnswer {
  readonly works: boolean;
  /** Completes a sentence: `/dev/kvm is there, but …`. */
  readonly seen: string;
  /** From the processor's start to /init, milliseconds; null when it did not boot. */
  readonly bootMs: number | null;
}

interface Remembered extends ProbeSubject, ProbeAnswer {}

// Enough for all kernels compared in a day; the oldest go.
const mostRemembered = 40;

/** Gives the answer of an earlier probe of the same subject, or undefined. An unreadable file gives no answer. */
export async function recallProbe(store: CacheStore, subject: ProbeSubject): Promise<ProbeAnswer | undefined> {
  return (await readAnswers(store)).find((answer) => isSame(answer, subject));
}

/** Gives the results of all probes of an accelerator since the host started, latest last. */
export async function recallProbes(
  store: CacheStore,
  { bootId, accelerator }: Pick<ProbeSubject, 'bootId' | 'accelerator'>,
): Promise<readonly ProbeAnswer[]> {
  return (await readAnswers(store)).filter((answer) => answer.bootId === bootId && answer.accelerator === accelerator);
}

/** Remembers an answer. Two raidlabs that do so at once may lose one of the answers, which is then probed again. */
export async function rememberProbe(store: CacheStore, subject: ProbeSubject, answer: ProbeAnswer): Promise<void> {
  const others = (await readAnswers(store)).filter((other) => other.bootId === subject.bootId && !isSame(other, subject));
  const remembered: readonly Remembered[] = [...others.slice(1 - mostRemembered), { ...subject, ...answer }];
  try {
    await replaceFile(answersHostPath(store), `${JSON.stringify(remembered, undefined, 2)}\n`);
  } catch (error) {
    throw fileFailure(error, { hostPath: store.rootHostPath, holds: 'the image cache', doing: 'remembering which accelerator works' });
  }
}

function answersHostPath(store: CacheStore): string {
  return join(store.rootHostPath, 'accelerators.json');
}

async function readAnswers(store: CacheStore): Promise<readonly Remembered[]> {
  let text: string;
  try {
    text = await readFile(answersHostPath(store), 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return [];
    throw error;
  }
  return parseAnswers(text);
}

const answerShape: Shape<Remembered> = fields({
  bootId: text,
  qemuVersion: text,
  kernelDigest: text,
  accelerator: oneOf(accelerators),
  works: flag,
  seen: text,
  bootMs: v.nullable(number),
});

/** Parses the answers in the file; empty when it is not ours. */
export function parseAnswers(json: string): readonly Remembered[] {
  const answers = tryJson(list(v.unknown()), json) ?? [];
  return answers.filter((answer): answer is Remembered => v.is(answerShape, answer));
}

function isSame(one: ProbeSubject, other: ProbeSubject): boolean {
  const { bootId, qemuVersion, kernelDigest, accelerator } = other;
  return one.bootId === bootId && one.qemuVersion === qemuVersion && one.kernelDigest === kernelDigest && one.accelerator === accelerator;
}
