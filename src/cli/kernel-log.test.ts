import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ExitCode } from '../core/exit-code.ts';
import type { KernelTrouble } from '../core/kernel/trouble.ts';
import { openSandbox } from './fixtures/run-raidlab.ts';
import { makeCli } from './make-cli.ts';
import { parseCommandLine } from './parse-command-line.ts';
import type { TextStream } from './terminal/output.ts';

const casesHostPath = fileURLToPath(new URL('../core/kernel/log/fixtures/cases/', import.meta.url));
const scratchHostPath = mkdtempSync(join(tmpdir(), 'raidlab-kernel-log-'));
after(() => {
  rmSync(scratchHostPath, { recursive: true });
});

class Recording implements TextStream {
  text = '';

  write(text: string, done?: () => void): boolean {
    this.text += text;
    done?.();
    return true;
  }

  on(): this {
    return this;
  }
}

interface Seen {
  readonly exitCode: ExitCode;
  readonly stdout: string;
}

/** What `--json` prints. */
interface Told {
  readonly v: 1;
  readonly outcome: string;
  readonly troubles: readonly (KernelTrouble & { readonly file: string })[];
  readonly files: readonly {
    readonly file: string;
    readonly packing: string | null;
    readonly lines: number;
    readonly kernelLines: number;
  }[];
}

async function read(files: readonly string[], input: Uint8Array | string = '', json = false): Promise<Seen> {
  const stdout = new Recording();
  const cli = makeCli({
    version: '0.1.0',
    nodeVersion: '24.0.0',
    moduleUrl: 'file:///x/dist/cli/main.js',
    argv: ['kernel-log', ...(json ? ['--json'] : []), ...files],
    env: { LANG: 'C.UTF-8', PATH: process.env.PATH },
    cwdHostPath: scratchHostPath,
    nodeArgv: ['node'],
    stdin: () => Readable.from([Buffer.from(input)], { objectMode: false }),
    stdout,
    stderr: new Recording(),
  });
  const run = await parseCommandLine(cli);
  assert.ok(typeof run !== 'number');
  return { exitCode: await run(), stdout: stdout.text };
}

const caseHostPath = (name: string): string => join(casesHostPath, name);
const caseBytes = (name: string): Buffer => readFileSync(caseHostPath(name));

/** The exit code of every case: 3 a crash, 2 not judged, 0 neither. */
const exitCodes: Readonly<Record<string, ExitCode>> = {
  'b24-lockdep': 0,
  'b28-trimmed': 0,
  'b29-forced-readonly': 0,
  'b30-warning-no-file': 0,
  'c01-userland-hash-number': 2,
  'c02-stamped-systemd-hash': 0,
  'c03-btrfs-tool-warning': 2,
  'c04-usage-warning': 2,
  'c05-userland-BUG': 2,
  'c06-stamped-inside': 0,
  'c07-boot-warning-line': 0,
  'c08-lockdep-too-low': 0,
  'c09-sleeping': 0,
  'c10-kcsan': 0,
  'c11-user-segfault': 0,
  'c12-oom': 0,
  'c13-sysrq-w': 0,
  'c15-mce': 0,
  'c16-acpi': 0,
  'c17-x': 2,
  'c18-lockdep-tainted': 0,
  'c22-empty': 2,
  'c23-gz': 2,
  'c27-stall': 0,
  'c28-info-only': 2,
  'd04-arm64-warning': 0,
};

for (const file of readdirSync(casesHostPath)) {
  const right = exitCodes[file] ?? 3;
  test(`${file}: exit ${String(right)}, and it says why`, async () => {
    const { exitCode, stdout } = await read([caseHostPath(file)]);
    assert.equal(exitCode, right);
    const shape = { 0: /^No kernel trouble in it: |^ {2}kind /u, 2: /Not judged/u, 3: /^ {2}kind /u }[right as 0 | 2 | 3];
    assert.match(stdout, shape);
    if (right !== 0) assert.ok(!stdout.includes('No kernel trouble'));
    assert.match(stdout, /\d+ lines? read, \d+ understood as the kernel’s/u);
  });
}

test('a log is read from standard input, for - or for nothing', async () => {
  for (const files of [[], ['-']]) {
    const { exitCode, stdout } = await read(files, caseBytes('a03-journal-short'));
    assert.equal(exitCode, 3);
    assert.match(stdout, /btrfs_demo\+0x10 \[btrfs\]/u);
  }
});

test('a packed log is read, whatever its name', async () => {
  const text = caseBytes('a03-journal-short');
  const packed: (readonly [string, Buffer])[] = [
    ['gzip', gzipSync(text)],
    ['gzip', Buffer.concat([gzipSync(text), gzipSync(text)])],
    ['zstd', zstdCompressSync(text)],
  ];
  const xz = spawnSync('xz', ['--stdout'], { input: text });
  // Without xz here, what is said in its place is tested below.
  if (xz.status === 0) packed.push(['xz', xz.stdout]);
  for (const [packing, bytes] of packed) {
    const hostPath = join(scratchHostPath, `log-${packing}`);
    writeFileSync(hostPath, bytes);
    for (const seen of [await read([hostPath], '', true), await read([], bytes, true)]) {
      const told = JSON.parse(seen.stdout) as Told;
      assert.equal(seen.exitCode, 3, packing);
      assert.equal(told.files[0]?.packing, packing);
      assert.equal(told.troubles[0]?.at?.function, 'btrfs_demo');
    }
  }
});

test('a packed log that breaks off is read as far as it goes, and not judged by that', async () => {
  const quiet = Buffer.from(
    Array.from({ length: 5000 }, (_, index) => `[    1.${String(index).padStart(6, '0')}] usb ${String(index * 7919)}: x`).join('\n'),
  );
  for (const bytes of [gzipSync(quiet), zstdCompressSync(quiet)]) {
    const { exitCode, stdout } = await read([], bytes.subarray(0, bytes.length - 20));
    assert.equal(exitCode, 2);
    assert.match(stdout, /could not be unpacked to its end/u);
  }
  const crash = gzipSync(Buffer.concat([caseBytes('a02-kernel-stamp'), quiet]), { level: 0 });
  assert.equal((await read([], crash.subarray(0, crash.length - 20))).exitCode, 3, 'a crash that was read is a crash');
});

test('what is no text is said to be none', async () => {
  const { exitCode, stdout } = await read([], Buffer.from('LPKSHHRH\u0000\u0000journal'));
  assert.equal(exitCode, 2);
  assert.match(stdout, /a journal’s own file: give what `journalctl -k --file FILE` prints/u);
});

test('several logs are read one by one, and the worst decides', async () => {
  const files = ['c15-mce', 'c22-empty', 'b29-forced-readonly'].map(caseHostPath);
  const { exitCode, stdout } = await read(files);
  assert.equal(exitCode, 2);
  for (const file of files) assert.ok(stdout.includes(`${file}\n`));
  const told = JSON.parse((await read([...files, caseHostPath('b04-journal-panic')], '', true)).stdout) as Told;
  assert.equal(told.outcome, 'crashed');
  assert.deepEqual(
    told.files.map(({ lines, kernelLines }) => [lines, kernelLines]),
    [
      [2, 2],
      [0, 0],
      [2, 2],
      [1, 1],
    ],
  );
  assert.deepEqual(
    told.troubles.map(({ kind, file }) => [kind, file]),
    [
      ['forced-readonly', files[2]],
      ['panic', caseHostPath('b04-journal-panic')],
    ],
  );
});

test('PowerShell’s files are read as well', async () => {
  const utf16 = Buffer.from(`\uFEFF${caseBytes('a02-kernel-stamp').toString().replaceAll('\n', '\r\n')}`, 'utf16le');
  assert.equal((await read([], utf16)).exitCode, 3);
});

test('what a guest sends to a terminal is shown, and not sent on', async () => {
  const evil = '[    1.000000] Kernel panic - not syncing: \u001b]0;title\u0007\u001b[2J\u009b31m\u0001\n';
  const { stdout } = await read([], evil);
  assert.doesNotMatch(stdout, /[^\P{Cc}\n]/u);
  assert.match(stdout, /\\x1b\]0;title\\x07\\x1b\[2J\\x9b31m\\x01/u);
});

test('a log of any length is read in little room', async () => {
  const report = caseBytes('a02-kernel-stamp').toString();
  const rows = Buffer.from(`${report}${'[   13.000000] usb 1-1: new device found\n'.repeat(200)}`);
  function* endless(): Generator<Buffer> {
    for (let count = 0; count < 300; count += 1) yield rows;
    // A line without an end.
    for (let count = 0; count < 300; count += 1) yield Buffer.alloc(64 * 1024, 'x');
  }
  const hostPath = join(scratchHostPath, 'long');
  writeFileSync(hostPath, Buffer.concat([...endless()]));
  const before = process.memoryUsage().heapUsed;
  const { exitCode, stdout } = await read([hostPath]);
  assert.equal(exitCode, 3);
  assert.match(stdout, /And 200 more of the kind oops\./u);
  assert.ok(process.memoryUsage().heapUsed - before < 60e6);
});

test('a pipe to which nobody writes is waited for, and Ctrl-C ends that', { timeout: 60_000 }, async () => {
  using sandbox = openSandbox();
  const fifoHostPath = join(sandbox.hostPath, 'fifo');
  execFileSync('mkfifo', [fifoHostPath]);
  const running = sandbox.start('kernel-log', fifoHostPath);
  // Resolves when the other end has been opened.
  await using silent = await open(fifoHostPath, 'w');
  running.child.kill('SIGINT');
  assert.equal((await running.ended).exitCode, 130);
  await silent.close();
  const other = sandbox.start('kernel-log', fifoHostPath);
  await using writer = await open(fifoHostPath, 'w');
  await writer.write('[   11.000000] Kernel panic - not syncing: sysrq triggered crash\n');
  await writer.close();
  assert.equal((await other.ended).exitCode, 3);
});
