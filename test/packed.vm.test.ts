import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openTestDirectory } from './rig/raidlab.ts';
import type { Typed } from './rig/lab.ts';

const checkoutHostPath = fileURLToPath(new URL('..', import.meta.url));

/** Types a command as a person does who has this Node, and nothing of the npm that runs these tests. */
async function type(cwdHostPath: string, program: string, words: readonly string[]): Promise<Typed> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/iu.test(name)));
  const child = spawn(program, words, { cwd: cwdHostPath, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ exitCode: code ?? 128, stdout, stderr });
    });
  });
}

test('the packed package, installed into an empty project by a person whose files are private, holds the default drill', async () => {
  // What npm lays down is then nobody else's: the build of images must not need to read it as another user.
  const umask = process.umask(0o077);
  try {
    await using directory = await openTestDirectory();
    const packed = await type(checkoutHostPath, 'npm', ['pack', '--silent', '--pack-destination', directory.hostPath]);
    assert.equal(packed.exitCode, 0, packed.stderr);
    const projectHostPath = join(directory.hostPath, 'ein Projekt für Übungen');
    await mkdir(projectHostPath);
    await writeFile(join(projectHostPath, 'package.json'), '{"private": true}\n');
    const archive = join(directory.hostPath, packed.stdout.trim().split('\n').at(-1) ?? '');
    const installed = await type(projectHostPath, 'npm', ['install', '--no-audit', '--no-fund', archive]);
    assert.equal(installed.exitCode, 0, installed.stderr);
    const { exitCode, stdout, stderr } = await type(projectHostPath, 'npx', ['raidlab', 'drill']);
    assert.match(stdout, /^HELD {2}replace-missing-disk/mu, stderr);
    assert.equal(exitCode, 0, stderr);
  } finally {
    process.umask(umask);
  }
});
