// `npm run build`: compiles src/ to dist/, takes along what is not TypeScript (guest scripts), and bundles the page of the report.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundlePage } from '../src/cli/run/bundle-page.ts';

const root = path.resolve(import.meta.dirname, '..');
const source = path.join(root, 'src');
const target = path.join(root, 'dist');
const entry = path.join(target, 'cli', 'main.js');

rmSync(target, { recursive: true, force: true });
const tsc = spawnSync(
  process.execPath,
  [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', path.join(root, 'tsconfig.build.json')],
  {
    stdio: 'inherit',
  },
);
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
rewriteDynamicImports();
cpSync(source, target, {
  recursive: true,
  filter: (file) => (statSync(file).isDirectory() ? !/^(fixtures|recorded|page)$/.test(path.basename(file)) : !file.endsWith('.ts')),
});
const { parts } = await bundlePage();
mkdirSync(path.join(target, 'view', 'page'), { recursive: true });
writeFileSync(path.join(target, 'view', 'page', 'parts.json'), JSON.stringify(parts));
if (existsSync(entry)) chmodSync(entry, 0o755);

/** tsc 6.0 leaves `import('./x.ts')` as it is in a function whose `using` it downlevels. Whatever is imported must be there. */
function rewriteDynamicImports() {
  for (const file of globSync(path.join(target, '**/*.js'))) {
    const code = readFileSync(file, 'utf8');
    const rewritten = code.replaceAll(/\bimport\('(\.[^']+)\.ts'\)/g, "import('$1.js')");
    if (rewritten !== code) writeFileSync(file, rewritten);
    for (const [, imported = ''] of rewritten.matchAll(/\b(?:from |import |import\()'(\.[^']+)'/g)) {
      if (!existsSync(path.resolve(path.dirname(file), imported))) throw new Error(`${file} imports ${imported}, which is not there`);
    }
  }
}
