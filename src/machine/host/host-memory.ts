import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheStore } from '../cache/store.ts';

/** Something that was found out of the host; it stays true while the identity of what it is about stays the same. */
export interface HostQuestion {
  /** What is asked of what: `/usr/bin/qemu-img --version`. */
  readonly about: string;
  /** Changes when the answer may. */
  readonly identity: string;
}

interface Remembered {
  readonly identity: string;
  readonly answer: string;
}

/** Gives the answer to a question, from memory where it was given before; otherwise asks, and remembers what is not empty. */
export async function askOnce(store: CacheStore, question: HostQuestion, ask: () => Promise<string>): Promise<string> {
  const { about, identity } = question;
  const known = (await readMemory(store))[about];
  if (known?.identity === identity) return known.answer;
  const answer = await ask();
  if (answer !== '') await remember(store, about, { identity, answer });
  return answer;
}

/** Two raidlabs that remember at once may lose one of the answers, which is then asked for again. So is one that cannot be written. */
async function remember(store: CacheStore, about: string, remembered: Remembered): Promise<void> {
  const newHostPath = `${memoryHostPath(store)}.${String(process.pid)}`;
  try {
    await mkdir(store.rootHostPath, { recursive: true, mode: 0o755 });
    await writeFile(newHostPath, `${JSON.stringify({ ...(await readMemory(store)), [about]: remembered }, undefined, 2)}\n`, {
      mode: 0o600,
    });
    await rename(newHostPath, memoryHostPath(store));
  } catch {
    // Whoever needs the cache says what is wrong with it.
  }
}

function memoryHostPath(store: CacheStore): string {
  return join(store.rootHostPath, 'host.json');
}

async function readMemory(store: CacheStore): Promise<Readonly<Record<string, Remembered>>> {
  const text = await readFile(memoryHostPath(store), 'utf8').catch(() => '');
  return parseMemory(text);
}

/** Gives what the text of the file remembers; nothing when it is not what we wrote. */
export function parseMemory(text: string): Readonly<Record<string, Remembered>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.values(value).every(isRemembered) ? (value as Record<string, Remembered>) : {};
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const { identity, answer } = value as Record<string, unknown>;
  return typeof identity === 'string' && typeof answer === 'string';
}
