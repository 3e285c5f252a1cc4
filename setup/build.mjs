// `npm run build`: compiles src/ to dist/, takes along what is not TypeScript (guest scripts), and bundles the page of the report.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
cpSync(source, target, {
  recursive: true,
  filter: (file) => (statSync(file).isDirectory() ? !/^(fixtures|recorded|page)$/.test(path.basename(file)) : !file.endsWith('.ts')),
});
const { parts } = await bundlePage();
mkdirSync(path.join(target, 'view', 'page'), { recursive: true });
writeFileSync(path.join(target, 'view', 'page', 'parts.json'), JSON.stringify(parts));
if (existsSync(entry)) chmodSync(entry, 0o755);
