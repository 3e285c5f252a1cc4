import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readNamedFile, startOfNamedFile, UnreadableFile } from './named-file.ts';

const root = mkdtempSync(join(tmpdir(), 'raidlab-test-'));
after(() => {
  rmSync(root, { recursive: true });
});

const at = (name: string): string => join(root, name);
writeFileSync(at('small'), 'grün\n');
writeFileSync(at('exact'), 'x'.repeat(1024));
writeFileSync(at('large'), 'x'.repeat(1025));
symlinkSync('small', at('link'));
mkdirSync(at('directory'));
execFileSync('mkfifo', [at('fifo')]);

test('a regular file is read whole, by a link, too', async () => {
  assert.equal(await readNamedFile(at('small'), 1024), 'grün\n');
  assert.equal(await readNamedFile(at('link'), 1024), 'grün\n');
  assert.equal((await readNamedFile(at('exact'), 1024)).length, 1024);
  assert.equal(await readNamedFile('/proc/self/status', 64 * 1024).then((text) => text.startsWith('Name:')), true);
});

test('the start of a file is looked at, and that of one that cannot be read is nothing', { timeout: 5000 }, async () => {
  assert.equal(await startOfNamedFile(at('large'), 3), 'xxx');
  assert.equal(await startOfNamedFile(at('small'), 100), 'grün\n');
  for (const name of ['nowhere', 'directory', 'fifo']) assert.equal(await startOfNamedFile(at(name), 3), '');
});

const refused: readonly (readonly [string, RegExp])[] = [
  [at('nowhere'), /^there is no such file$/u],
  [at('directory'), /^it is a directory$/u],
  [at('large'), /^it has more than 1 KiB$/u],
  [at('fifo'), /^it is not a regular file$/u],
  ['/dev/zero', /^it is not a regular file$/u],
  [at('small/below'), /ENOTDIR/u],
];
for (const [hostPath, why] of refused) {
  test(`${hostPath.replace(root, '')} is refused at once`, { timeout: 5000 }, async () => {
    await assert.rejects(readNamedFile(hostPath, 1024), (error) => error instanceof UnreadableFile && why.test(error.why));
  });
}

test('a socket is refused', async () => {
  const server = createServer().listen(at('socket'));
  await new Promise((resolve) => server.once('listening', resolve));
  await assert.rejects(
    readNamedFile(at('socket'), 1024),
    (error) => error instanceof UnreadableFile && error.why === 'it is not a regular file',
  );
  server.close();
});
