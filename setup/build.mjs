// `npm run build`: compiles src/ to dist/ and takes along what is not TypeScript (guest scripts, pages).
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

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
  filter: (file) => (statSync(file).isDirectory() ? !/^(fixtures|recorded)$/.test(path.basename(file)) : !file.endsWith('.ts')),
});
if (existsSync(entry)) chmodSync(entry, 0o755);
