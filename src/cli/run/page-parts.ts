import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PageParts } from '../../view/render-report.ts';

/** Where `npm run build` puts the parts; a checkout has none. */
const builtUrl = new URL('../../view/page/parts.json', import.meta.url);
const rootUrl = new URL('../../../', import.meta.url);
/** Where a checkout keeps what it bundled last, with the state of the sources by then. */
const keptUrl = new URL('node_modules/.cache/raidlab-report-page.json', rootUrl);

interface KeptPage {
  readonly parts: PageParts;
  /** Path within the checkout, size and time of change of every source: in a copy of the checkout its own count. */
  readonly sources: readonly (readonly [path: string, sizeBytes: number, changedMs: number])[];
}

/** Gives the script and the style of a report's page: those of the package, or in a checkout those of its sources as they are now. */
export async function loadPageParts(): Promise<PageParts> {
  const built = await readJson(builtUrl);
  if (built !== undefined) return built as PageParts;
  const kept = (await readJson(keptUrl)) as KeptPage | undefined;
  if (kept !== undefined && (await isCurrent(kept))) return kept.parts;
  const { bundlePage } = await import('./bundle-page.ts');
  const { parts, sourcePaths } = await bundlePage();
  const sources = await Promise.all(sourcePaths.map(async (path) => [path, ...(await stateOf(path))] as const));
  await keep({ parts, sources });
  return parts;
}

async function isCurrent({ sources }: KeptPage): Promise<boolean> {
  const checks = sources.map(async ([path, sizeBytes, changedMs]) => {
    const [size, changed] = await stateOf(path);
    return size === sizeBytes && changed === changedMs;
  });
  return (await Promise.all(checks)).every((isSame) => isSame);
}

async function stateOf(path: string): Promise<readonly [sizeBytes: number, changedMs: number]> {
  const found = await stat(new URL(path, rootUrl)).catch(() => undefined);
  return [found?.size ?? -1, found?.mtimeMs ?? -1];
}

/** Two runs may bundle at once: each puts a whole file in place. A checkout that cannot be written to bundles each time. */
async function keep(page: KeptPage): Promise<void> {
  const hostPath = fileURLToPath(keptUrl);
  const own = `${hostPath}.${String(process.pid)}`;
  try {
    await mkdir(dirname(hostPath), { recursive: true });
    await writeFile(own, JSON.stringify(page));
    await rename(own, hostPath);
  } catch {
    return;
  }
}

async function readJson(url: URL): Promise<unknown> {
  try {
    return JSON.parse(await readFile(url, 'utf8'));
  } catch {
    return undefined;
  }
}
