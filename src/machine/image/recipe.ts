import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { entryFormatVersion } from '../cache/entry-record.ts';
import { hashText } from '../cache/file-hash.ts';

/** Raised when the code that builds images changes their content; the content of guest scripts counts by itself. */
export const recipeVersion = 2;

/** Our own part of the images. */
export const recipeHostPaths = {
  /** Copied onto the tools image's root. */
  guestRoot: path.join(import.meta.dirname, 'guest-root'),
  /** Copied onto the initramfs's root. */
  initramfsRoot: path.join(import.meta.dirname, 'initramfs-root'),
  /** Run by mmdebstrap. */
  buildHooks: path.join(import.meta.dirname, 'build-hooks'),
  /** Copied onto an installed system's root. */
  systemRoot: path.join(import.meta.dirname, 'system-root'),
  /** Run by mmdebstrap for an installed system, besides those for all. */
  systemHooks: path.join(import.meta.dirname, 'system-hooks'),
} as const;

/** What an installed system has of our own userland's files: the agent, and what a person over ssh has. */
const sharedGuestFiles = ['usr/lib/raidlab/agent', 'usr/lib/raidlab/sshd_config', 'root/.bashrc'] as const;

/** A file of the recipe. */
export interface RecipeFile {
  /** Relative to its root. */
  readonly name: string;
  readonly text: string;
}

/** Gives the digest that identifies an image in the cache: hex, over the recipe's version, its files and the choices made. */
export async function digestRecipe(rootHostPaths: readonly string[], choices: unknown): Promise<string> {
  const files: (readonly RecipeFile[])[] = [];
  for (const rootHostPath of rootHostPaths) files.push(await readRecipe(rootHostPath));
  return await hashText(JSON.stringify([recipeVersion, entryFormatVersion, files, choices]));
}

/** Gives the files that an installed system shares with our own userland. */
export async function readSharedGuestFiles(): Promise<readonly RecipeFile[]> {
  const { guestRoot } = recipeHostPaths;
  return Promise.all(sharedGuestFiles.map(async (name) => ({ name, text: await readFile(path.join(guestRoot, name), 'utf8') })));
}

/** Gives the files under a root, in order. */
export async function readRecipe(rootHostPath: string): Promise<readonly RecipeFile[]> {
  const items = await readdir(rootHostPath, { recursive: true, withFileTypes: true });
  const names = items.filter((item) => item.isFile()).map((item) => path.relative(rootHostPath, path.join(item.parentPath, item.name)));
  const files: RecipeFile[] = [];
  for (const name of names.sort()) files.push({ name, text: await readFile(path.join(rootHostPath, name), 'utf8') });
  return files;
}
