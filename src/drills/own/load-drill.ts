/**
 * A person's own drill, from a file.
 *
 *     file ──import──► default export ──► fields valid, alone and together? ──► guarded: errors of its steps are reported with their place
 *       └─ `import … from 'raidlab'` is the running raidlab, wherever the file is
 */
import { readFile } from 'node:fs/promises';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RaidlabError } from '../../core/failure/failure.ts';
import { hashText } from '../../machine/cache/file-hash.ts';
import { readNamedFile, UnreadableFile } from '../../machine/files/named-file.ts';
import type { Drill } from '../drill.ts';
import { drills } from '../registry.ts';
import { completeLayout, findDrillMistakes } from './drill-mistakes.ts';
import { guardDrill } from './guard-drill.ts';
import { lineOfMistake } from './line-of-mistake.ts';
import { findPlace, messageOf } from './place-of-error.ts';
import type { SourcePlace } from './place-of-error.ts';

/** A drill has some hundred lines; a bundled one more. */
const mostBytes = 8 * 1024 * 1024;

/** The source of a drill. */
export interface DrillFile {
  readonly hostPath: string;
  /** As typed; used in messages. */
  readonly typed: string;
  /** Its folder; neighbouring files are named relative to it. */
  readonly cwdHostPath: string;
}

/**
 * Gives the drill that is a file's default export. Throws `no-drill-file`, or `bad-drill-file` with the place, when it cannot be read,
 * does not compile, throws, or does not export a drill. Its steps throw `bad-drill-file` for anything that goes wrong in them.
 */
export async function loadDrill(file: DrillFile): Promise<Drill> {
  // Node would wait for a FIFO's writer, deaf to any signal.
  await readNamedFile(file.hostPath, mostBytes).catch((error: unknown) => {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new RaidlabError({ area: 'usage', reason: 'no-drill-file', file: file.typed, why: error.why });
  });
  const url = pathToFileURL(file.hostPath).href;
  const sources = new Set([url]);
  const value = await importDefault(file, url, sources);
  const mistakes = findDrillMistakes(value);
  const [first, ...others] = mistakes;
  if (first !== undefined) {
    const line = lineOfMistake(await readFile(file.hostPath, 'utf8'), first);
    const place = line === null ? file.typed : `${file.typed}:${String(line)}`;
    throw new RaidlabError({ area: 'usage', reason: 'bad-drill-file', place, problem: [first, ...others].join(' '), said: '' });
  }
  const drill = completeDrill(value as Drill);
  if (drills.some((each) => each.name === drill.name)) {
    const problem = `its name, ${drill.name}, is the name of one of raidlab's own drills: choose another.`;
    throw new RaidlabError({ area: 'usage', reason: 'bad-drill-file', place: file.typed, problem, said: '' });
  }
  const texts = await Promise.all([...sources].sort().map(async (each) => readFile(new URL(each), 'utf8')));
  return guardDrill(drill, {
    edition: await hashText(texts.join('\0')),
    mistake: (problem, cause) => mistakeOf(file, findPlace(cause, [...sources]), problem, cause),
  });
}

function completeDrill(drill: Drill): Drill {
  const { layout, twin } = drill;
  if (twin?.layout === undefined) return { ...drill, layout: completeLayout(layout) };
  return { ...drill, layout: completeLayout(layout), twin: { ...twin, layout: completeLayout(twin.layout) } };
}

async function importDefault(file: DrillFile, url: string, sources: Set<string>): Promise<unknown> {
  openRaidlabTo(url, sources);
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(url)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw await describeImportError(file, error, sources);
  }
  if (exported.default !== undefined) return exported.default;
  const named = Object.keys(exported);
  const problem =
    named.length === 0
      ? 'it exports nothing: a drill is the default export of its file (`export default myDrill`).'
      : `it has no default export, which is the drill: it exports ${named.join(', ')} (write \`export default ${named[0] ?? 'drill'}\`).`;
  throw new RaidlabError({ area: 'usage', reason: 'bad-drill-file', place: file.typed, problem, said: '' });
}

/** This raidlab's public module, in a checkout's src/ or a package's dist/. */
const publicUrl = new URL(`../../index${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).href;

/**
 * Lets a file and its imports use 'raidlab' from anywhere, without an installation; their own files are added to `sources`. A file that
 * ends in .ts is a module, whatever a package.json above it says.
 */
function openRaidlabTo(url: string, sources: Set<string>): void {
  // As long as the process lives: a step may import when it runs.
  registerHooks({
    resolve: (specifier, context, next) => {
      const isTheirs = context.parentURL !== undefined && sources.has(context.parentURL);
      if (isTheirs && specifier === 'raidlab') return { url: publicUrl, shortCircuit: true };
      const resolved = next(specifier, context);
      if (isTheirs && resolved.url.startsWith('file:') && !resolved.url.includes('/node_modules/')) sources.add(resolved.url);
      return resolved.url === url ? { ...resolved, format: /\.m?ts$/u.test(url) ? 'module-typescript' : 'module' } : resolved;
    },
  });
}

async function describeImportError(file: DrillFile, error: unknown, sources: ReadonlySet<string>): Promise<RaidlabError> {
  if (error instanceof RaidlabError) return error;
  const place = findPlace(error, [...sources]) ?? (error instanceof SyntaxError ? await findSyntaxError(sources) : undefined);
  return mistakeOf(file, place, messageOf(error), error);
}

/** Node does not say where a script's syntax is wrong, but its type stripper does. */
async function findSyntaxError(sources: ReadonlySet<string>): Promise<SourcePlace | undefined> {
  for (const url of sources) {
    try {
      stripTypeScriptTypes(await readFile(new URL(url), 'utf8'), { sourceUrl: url });
    } catch (error) {
      return findPlace(error, [url]);
    }
  }
  return undefined;
}

function mistakeOf(file: DrillFile, place: SourcePlace | undefined, problem: string, error: unknown): RaidlabError {
  const said = place?.excerpt ?? '';
  return new RaidlabError({ area: 'usage', reason: 'bad-drill-file', place: formatPlace(file, place), problem, said }, { cause: error });
}

function formatPlace({ hostPath, typed, cwdHostPath }: DrillFile, place: SourcePlace | undefined): string {
  if (place === undefined) return typed;
  const shown = place.hostPath === hostPath ? typed : relative(cwdHostPath, place.hostPath);
  return [shown, place.line, ...(place.column === null ? [] : [place.column])].join(':');
}
