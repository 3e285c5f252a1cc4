import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fields, record, text, tryJson } from '../../core/parsing/json-shape.ts';
import type { CacheStore } from '../cache/store.ts';
import { replaceFile } from '../files/replace-file.ts';

/** A remembered fact about the host; it stays true while the identity of its subject is unchanged. */
export interface HostQuestion {
  /** The question and its subject: `/usr/bin/qemu-img --version`. */
  readonly about: string;
  /** Changes when the answer may. */
  readonly identity: string;
}

interface Remembered {
  readonly identity: string;
  readonly answer: string;
}

/** Answers a question from memory if it was asked before; otherwise asks, and remembers an answer that is not empty. */
export async function askOnce(store: CacheStore, question: HostQuestion, ask: () => Promise<string>): Promise<string> {
  const { about, identity } = question;
  const known = (await readMemory(store))[about];
  if (known?.identity === identity) return known.answer;
  const answer = await ask();
  if (answer !== '') await remember(store, about, { identity, answer });
  return answer;
}

/** If two raidlabs remember at once, one answer may be lost, and is asked for again. So is one that cannot be written. */
async function remember(store: CacheStore, about: string, remembered: Remembered): Promise<void> {
  try {
    await mkdir(store.rootHostPath, { recursive: true, mode: 0o755 });
    await replaceFile(memoryHostPath(store), `${JSON.stringify({ ...(await readMemory(store)), [about]: remembered }, undefined, 2)}\n`);
  } catch {
    // Whoever needs the cache reports what is wrong with it.
  }
}

function memoryHostPath(store: CacheStore): string {
  return join(store.rootHostPath, 'host.json');
}

async function readMemory(store: CacheStore): Promise<Readonly<Record<string, Remembered>>> {
  return parseMemory(await readFile(memoryHostPath(store), 'utf8').catch(() => ''));
}

const memoryShape = record(fields({ identity: text, answer: text }));

/** Parses the file's memories; empty when it is not ours. */
export function parseMemory(json: string): Readonly<Record<string, Remembered>> {
  return tryJson(memoryShape, json) ?? {};
}
