import assert from 'node:assert/strict';
import { mkdir, open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EventBody } from '../src/core/event.ts';
import { entryFileName } from '../src/machine/cache/inspect-entry.ts';
import { hashFile } from '../src/machine/cache/file-hash.ts';
import type { OpenStore } from '../src/machine/cache/open-store.ts';
import type { Context } from '../src/machine/context.ts';
import { createTestContext } from '../src/machine/fixtures/scripted-peer.ts';
import { createDiskImage, createOverlay } from '../src/machine/files/disk-image.ts';
import { ensureKernel } from '../src/machine/image/kernel/ensure-kernel.ts';
import { ensureTools } from '../src/machine/image/tools/ensure-tools.ts';
import type { DiskSpec, Machine } from '../src/machine/machine.ts';
import { findQemu } from '../src/machine/qemu/qemu-program.ts';
import { forkMachine } from '../src/machine/start/start-machine.ts';
import { ensureBootedTemplate } from '../src/machine/template/booted-template.ts';
import type { Template, TemplateSource } from '../src/machine/template/booted-template.ts';
import { createForkOrBoot } from '../src/machine/template/fork-or-boot.ts';
import { openPrivateCache } from './rig/private-cache.ts';
import { openTestDirectory } from './rig/raidlab.ts';

// The first run builds the images.
const timeout = 600_000;

async function sourceOf(ctx: Context, store: OpenStore): Promise<TemplateSource> {
  const kernel = await ensureKernel(ctx, store, { suite: 'trixie' });
  const tools = await ensureTools(ctx, store, { suite: 'trixie' });
  const parts = { qemu: await findQemu(ctx), accelerator: 'tcg', kernel, tools, memoryMiB: 768, bootTimeoutMs: 120_000 } as const;
  return { store, parts, use: { mode: 'fork', renewed: new Set() } };
}

/** Gives the specification of a machine with files of its own below a directory. */
async function specIn(ctx: Context, source: TemplateSource, directoryHostPath: string, name: string, serials: readonly string[] = []) {
  const { tools, ...shape } = source.parts;
  const placeHostPath = join(directoryHostPath, name);
  const evidenceHostPath = join(placeHostPath, 'evidence');
  await mkdir(evidenceHostPath, { recursive: true });
  const systemHostPath = join(placeHostPath, 'system.qcow2');
  await createOverlay(ctx, { hostPath: systemHostPath, backingHostPath: tools.systemHostPath, backingFormat: 'raw' });
  const disks: DiskSpec[] = [];
  for (const serial of serials) {
    const hostPath = join(placeHostPath, `${serial}.raw`);
    await createDiskImage(ctx, hostPath, 256 * 1024 * 1024);
    disks.push({ serial, hostPath, format: 'raw' });
  }
  return { ...shape, name, rootHostPath: tools.rootHostPath, systemHostPath, disks, evidenceHostPath, scratchHostPath: placeHostPath };
}

const said = async (ctx: Context, machine: Machine, ...argv: readonly string[]): Promise<string> =>
  (await machine.guest.run(ctx, argv)).stdout.trim();

const rejections = (events: readonly EventBody[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'cache-entry-rejected' ? [event.why] : []));

test('machines forked from one template', { timeout }, async (suite) => {
  const ctx = createTestContext();
  await using cache = await openPrivateCache(ctx);
  await using directory = await openTestDirectory();
  await using store = await cache.open(ctx);
  const source = await sourceOf(ctx, store);
  const template = await ensureBootedTemplate(ctx, source, directory.hostPath);
  const memoryBefore = await hashFile(ctx, template.saved.memoryHostPath);
  const fork = async (name: string, serials: readonly string[] = []): Promise<Machine> =>
    forkMachine(ctx, await specIn(ctx, source, directory.hostPath, name, serials), template.saved);
  const serials = ['DISK1'];
  await using one = await fork('one', serials);
  await using other = await fork('other', serials);

  await suite.test('no UUID and no key that is made after the fork is another fork’s', async () => {
    const secrets: readonly (readonly string[])[] = [
      ['cat', '/proc/sys/kernel/random/uuid'],
      ['dd', 'if=/dev/urandom', 'bs=32', 'count=1', 'status=none'],
      ['perl', '-e', 'print rand()'],
      ['cat', '/etc/machine-id'],
      [
        'sh',
        '-c',
        'cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK1 /etc/hostname && cryptsetup luksUUID /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK1',
      ],
      ['sh', '-c', 'ssh-keygen -q -t ed25519 -N "" -f /run/key && cat /run/key'],
    ];
    for (const argv of secrets) {
      const [first, second] = [await said(ctx, one, ...argv), await said(ctx, other, ...argv)];
      assert.ok(first !== '', argv.join(' '));
      assert.notEqual(first, second, argv.join(' '));
    }
  });

  await suite.test('its clock is right', async () => {
    const guestMs = Number(await said(ctx, other, 'date', '+%s%3N'));
    assert.ok(Math.abs(Date.now() - guestMs) < 2000, String(Date.now() - guestMs));
  });

  await suite.test('what one writes another does not see, and the template stays as it is', async () => {
    await one.guest.writeFile(ctx, '/etc/mine', 'mine', 0o600);
    assert.equal((await other.guest.run(ctx, ['cat', '/etc/mine'])).exitCode, 1);
    assert.equal(await hashFile(ctx, template.saved.memoryHostPath), memoryBefore);
  });

  await suite.test('a template is private: its memory knows what its machine knew', async () => {
    const bays = [{ serial: 'DISK1', sizeBytes: 256 * 1024 * 1024, readOnly: false }];
    const withDisk = await ensureBootedTemplate(ctx, source, directory.hostPath, bays);
    for (const { saved } of [template, withDisk])
      for (const hostPath of [saved.memoryHostPath, saved.stateHostPath]) assert.equal((await stat(hostPath)).mode & 0o077, 0, hostPath);
  });

  await suite.test('a fork of a template with disks in its bays sees what is on its own disks', async () => {
    const bays = [{ serial: 'DISK1', sizeBytes: 256 * 1024 * 1024, readOnly: false }];
    const withDisk = await ensureBootedTemplate(ctx, source, directory.hostPath, bays);
    const spec = await specIn(ctx, source, directory.hostPath, 'with-disk', ['DISK1']);
    await using disk = await open(spec.disks[0]?.hostPath ?? '', 'r+');
    await disk.write('raidlab was here');
    await using machine = await forkMachine(ctx, spec, withDisk.saved);
    const beginning = ['dd', 'if=/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK1', 'bs=16', 'count=1', 'status=none'];
    assert.equal(await said(ctx, machine, ...beginning), 'raidlab was here');
  });

  await suite.test('a disk is not plugged in before the root is its own: udev would miss its programs in between', async () => {
    const log = await said(ctx, one, 'dmesg');
    const rootAt = log.search(/EXT4-fs \(vd[a-z]\): mounted/u);
    assert.ok(rootAt >= 0 && rootAt < log.indexOf('Attached SCSI disk'), log);
  });

  await suite.test('its root is its own system disk over the image, and it shuts down in order', async () => {
    assert.match(await said(ctx, one, 'findmnt', '--noheadings', '--output', 'SOURCE,FSTYPE', '/'), /^root +overlay$/u);
    await one.shutdown(ctx);
    await using again = await forkMachine(
      ctx,
      { ...(await specIn(ctx, source, directory.hostPath, 'again')), systemHostPath: join(directory.hostPath, 'one', 'system.qcow2') },
      template.saved,
    );
    assert.equal(await said(ctx, again, 'cat', '/etc/mine'), 'mine');
  });
});

/** Overwrites 4 KiB in the middle of a file. */
async function overwrite(hostPath: string): Promise<void> {
  await using file = await open(hostPath, 'r+');
  await file.write(Buffer.alloc(4096, 0x5a), 0, 4096, Math.floor((await file.stat()).size / 2));
}

/** Replaces the state by something that is no state, and the record by one that says that it is: what only QEMU can find out. */
async function replaceState(ctx: Context, { entry }: Template): Promise<void> {
  const stateHostPath = join(entry.hostPath, 'state');
  await writeFile(stateHostPath, 'this is no state of a machine'.repeat(1000));
  const files = entry.record.files.map((file) => (file.name === 'state' ? { ...file, sizeBytes: 29_000 } : file));
  const hashed = await Promise.all(
    files.map(async (file) => (file.name === 'state' ? { ...file, xxh128: await hashFile(ctx, stateHostPath) } : file)),
  );
  await writeFile(join(entry.hostPath, entryFileName), JSON.stringify({ ...entry.record, files: hashed }));
}

test('a template that is no good', { timeout }, async (suite) => {
  const ctx = createTestContext();
  await using cache = await openPrivateCache(ctx);
  await using directory = await openTestDirectory();
  const damages: readonly (readonly [string, (template: Template) => Promise<void>, RegExp])[] = [
    ['truncated memory', async ({ saved }) => truncate(saved.memoryHostPath, 4096), /memory has 4096 bytes/u],
    ['overwritten memory', async ({ saved }) => overwrite(saved.memoryHostPath), /content of memory has changed/u],
    ['a truncated state', async ({ saved }) => truncate(saved.stateHostPath, 100), /state has 100 bytes/u],
  ];
  for (const [what, damage, why] of damages) {
    await suite.test(`${what}: it is seen before it is used, said, and made anew`, async () => {
      const seen = createTestContext();
      await using store = await cache.open(seen);
      const source = await sourceOf(seen, store);
      await damage(await ensureBootedTemplate(seen, source, directory.hostPath));
      const again = await ensureBootedTemplate(seen, source, directory.hostPath);
      assert.match(rejections(seen.events).join('\n'), why);
      const spec = await specIn(seen, source, directory.hostPath, `after-${what.replaceAll(' ', '-')}`);
      await using machine = await forkMachine(seen, spec, again.saved);
      assert.equal(await said(seen, machine, 'uname', '-r'), spec.kernel.version);
    });
  }

  await suite.test('a state that QEMU does not take: the machine is booted, that is said, and the next one is forked again', async () => {
    const seen = createTestContext();
    await using store = await cache.open(seen);
    const source = await sourceOf(seen, store);
    await replaceState(seen, await ensureBootedTemplate(seen, source, directory.hostPath));
    const start = createForkOrBoot(source);
    const froms: string[] = [];
    for (const name of ['booted', 'forked']) {
      await using machine = await start(seen, await specIn(seen, source, directory.hostPath, name));
      assert.equal(await said(seen, machine, 'cat', '/proc/1/comm'), 'init');
      froms.push(seen.events.findLast((event) => event.type === 'machine-booted')?.from ?? '');
    }
    assert.deepEqual(froms, ['kernel', 'template']);
    assert.match(rejections(seen.events).join('\n'), /no machine could be forked from it: /u);
    assert.equal((await cache.templates()).length, 1);
    assert.match(await readFile(join(directory.hostPath, 'booted', 'evidence', 'qmp.ndjson'), 'utf8'), /"status":"failed"/u);
  });

  await suite.test('another QEMU has another template', async () => {
    await using store = await cache.open(ctx);
    const source = await sourceOf(ctx, store);
    const before = await cache.templates();
    const qemu = { ...source.parts.qemu, build: 'QEMU emulator version 10.0.3 (Debian)' };
    await ensureBootedTemplate(ctx, { ...source, parts: { ...source.parts, qemu } }, directory.hostPath);
    assert.equal((await cache.templates()).length, before.length + 1);
  });
});
