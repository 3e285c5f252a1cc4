import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PageParts } from '../../view/render-report.ts';

/** The parts of a report's page, and the sources that they are made of. */
export interface BundledPage {
  readonly parts: PageParts;
  /** Within the checkout. */
  readonly sourcePaths: readonly string[];
}

/** Makes the script and the style of a report's page from their sources. Only a checkout can: esbuild is no dependency of the package. */
export async function bundlePage(): Promise<BundledPage> {
  const { build } = await import('esbuild');
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/view/page/page.ts', 'src/view/page/page.css'],
    outdir: 'out',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
    // It is the page's own bundle, whatever a person's folders say.
    tsconfigRaw: {},
  });
  const textOf = (extension: string): string => outputFiles.find(({ path }) => path.endsWith(extension))?.text.trim() ?? '';
  const [script, style] = [textOf('.js'), textOf('.css')];
  return {
    parts: { script, scriptHash: sha256(script), style, styleHash: sha256(style) },
    // How it is bundled is as good a reason to do it again as what.
    sourcePaths: [...Object.keys(metafile.inputs), relative(root, fileURLToPath(import.meta.url))],
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
