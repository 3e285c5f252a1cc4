import { RaidlabError } from '../../../core/failure/failure.ts';
import { UnknownOutput } from '../../../core/parsing/unknown-output.ts';

/** The files that depmod(8) and the kernel's build leave in a module directory, as text. */
export interface ModuleIndex {
  /** `modules.dep`: `kernel/fs/a.ko: kernel/lib/b.ko …`. */
  readonly dep: string;
  /** `modules.builtin`: one path per line. */
  readonly builtin: string;
  /** `modules.softdep`: `softdep NAME pre: NAME… post: NAME…`. */
  readonly softdep: string;
  /** `modules.alias`: `alias PATTERN NAME`. */
  readonly alias: string;
}

/** A module for the initramfs to load, in the order of loading. */
export interface ModuleToLoad {
  /** Relative to the module directory: `kernel/fs/erofs/erofs.ko`. */
  readonly file: string;
  /** `optional` when only speed depends on it: drivers of processor features that may be missing. */
  readonly need: 'required' | 'optional';
}

/**
 * Gives the modules to load, dependencies first, so that each of `wanted` works. Built-in modules need nothing. Throws
 * `image/module-missing` when the kernel has one of them neither as a module nor built in, {@link UnknownOutput} for an invalid index.
 */
export function planModuleLoading(kernel: string, index: ModuleIndex, wanted: readonly string[]): readonly ModuleToLoad[] {
  const files = listModules(index);
  const dependencies = parseModulesDep(index.dep);
  const softer = parseSoftdep(index.softdep);
  const aliases = parseExactAliases(index.alias);
  const plan = new Map<string, ModuleToLoad['need']>();

  const visit = (file: string, need: ModuleToLoad['need']): void => {
    if (plan.get(file) === 'required' || plan.get(file) === need) return;
    const known = plan.has(file);
    plan.set(file, need);
    for (const name of softer.get(moduleName(file)) ?? []) {
      for (const provider of aliases.get(name) ?? [name]) {
        const softFile = files.get(provider);
        if (typeof softFile === 'string') visit(softFile, 'optional');
      }
    }
    for (const dependency of dependencies.get(file) ?? []) visit(dependency, need);
    // After its dependencies; a module that becomes required keeps its place.
    if (!known) {
      plan.delete(file);
      plan.set(file, need);
    }
  };

  requireModules(kernel, files, wanted);
  for (const name of wanted.map(moduleName)) {
    const file = files.get(name);
    if (typeof file === 'string') visit(file, 'required');
  }
  return [...plan].map(([file, need]) => ({ file, need }));
}

/** Throws `image/module-missing` when a kernel has one of these neither as a module nor built in. `modules`: from {@link listModules}. */
export function requireModules(kernel: string, modules: ReadonlyMap<string, unknown>, wanted: readonly string[]): void {
  const missing = wanted.map(moduleName).find((name) => !modules.has(name));
  if (missing !== undefined) throw new RaidlabError({ area: 'image', reason: 'module-missing', kernel, module: missing });
}

/** Gives a kernel's modules by name: each with its file, or as built in. */
export function listModules(index: ModuleIndex): ReadonlyMap<string, string | { readonly is: 'built in' }> {
  const modules = new Map<string, string | { readonly is: 'built in' }>();
  for (const file of index.builtin.split('\n').filter(isNotEmpty)) modules.set(moduleName(file), { is: 'built in' });
  for (const file of parseModulesDep(index.dep).keys()) modules.set(moduleName(file), file);
  return modules;
}

/** Gives the name of a module from its file or any spelling: `kernel/drivers/md/dm-crypt.ko.xz` is `dm_crypt`. */
export function moduleName(file: string): string {
  const base = file.slice(file.lastIndexOf('/') + 1);
  return base.replace(/\.ko(?:\.\w+)?$/, '').replaceAll('-', '_');
}

function parseModulesDep(text: string): ReadonlyMap<string, readonly string[]> {
  const dependencies = new Map<string, readonly string[]>();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new UnknownOutput('depmod', 'a newline at the end', lines.at(-1) ?? '', lines.length);
  for (const [index, line] of lines.entries()) {
    const match = /^(\S+\.ko(?:\.\w+)?):((?: \S+)*)$/.exec(line);
    if (match?.[1] === undefined) throw new UnknownOutput('depmod', 'FILE.ko: DEPENDENCIES', line, index + 1);
    dependencies.set(match[1], (match[2] ?? '').split(' ').filter(isNotEmpty));
  }
  return dependencies;
}

/** Only what comes before: `post:` modules may be loaded later by anyone. */
function parseSoftdep(text: string): ReadonlyMap<string, readonly string[]> {
  const softer = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const match = /^softdep (\S+) (.*)$/.exec(line);
    if (match?.[1] === undefined) continue;
    const before = /\bpre:((?: [^\s:]+(?!\S*:))+)/.exec(match[2] ?? '')?.[1] ?? '';
    softer.set(moduleName(match[1]), before.split(' ').filter(isNotEmpty).map(moduleName));
  }
  return softer;
}

/** Aliases without wildcards, such as `crc32c`: several modules may provide one. */
function parseExactAliases(text: string): ReadonlyMap<string, readonly string[]> {
  const aliases = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const match = /^alias ([\w-]+) (\S+)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const name = moduleName(match[1]);
    aliases.set(name, [...(aliases.get(name) ?? []), moduleName(match[2])]);
  }
  return aliases;
}

function isNotEmpty(text: string): boolean {
  return text !== '';
}
