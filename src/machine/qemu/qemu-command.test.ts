import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MachineMemory, MachineSpec } from '../machine.ts';
import { planProbeCommand, planQemuCommand } from './qemu-command.ts';

const qemu = { program: 'qemu-system-x86_64', version: '10.0.2', build: 'QEMU emulator version 10.0.2', hasSandbox: true };

const spec: MachineSpec = {
  name: 'main',
  qemu,
  accelerator: 'tcg',
  kernel: {
    version: '6.12.117+deb13-cloud-amd64',
    upstreamVersion: '6.12.117',
    description: 'trixie',
    vmlinuzHostPath: '/cache/kernel/vmlinuz',
    initramfsHostPath: '/cache/kernel/initramfs',
    modulesHostPath: '/cache/kernel/modules',
    abilities: { root: 'layers' },
    digest: 'd',
  },
  rootHostPath: '/cache/tools/root.erofs',
  systemHostPath: '/work/system.qcow2',
  memoryMiB: 768,
  disks: [
    { serial: 'DISK1', hostPath: '/work/DISK1.img', format: 'raw' },
    { serial: 'DISK2', hostPath: '/work/a,b.qcow2', format: 'qcow2' },
  ],
  evidenceHostPath: '/results/a,b',
  scratchHostPath: '/run/raidlab-1',
  bootTimeoutMs: 60_000,
};

/** Gives the values of an option, in order. */
function valuesOf(argv: readonly string[], option: string): readonly string[] {
  return argv.flatMap((word, at) => (word === option ? [argv[at + 1] ?? ''] : []));
}

function objectsOf(argv: readonly string[], option: string): readonly Record<string, unknown>[] {
  return valuesOf(argv, option).map((text) => JSON.parse(text) as Record<string, unknown>);
}

test('the machine is nothing but what is said', () => {
  const argv = planQemuCommand(spec);
  for (const flag of ['-nodefaults', '-no-user-config', '-no-reboot', '-S']) assert.ok(argv.includes(flag), flag);
  const expected = {
    '-nic': 'none',
    '-display': 'none',
    '-accel': 'tcg',
    '-cpu': 'max,la57=off',
    '-smp': '1',
    '-m': '768M',
    '-machine': 'q35,memory-backend=ram0,sata=off,smbus=off,vmport=off',
    '-action': 'panic=none',
    '-rtc': 'base=utc,clock=host',
  };
  for (const [option, value] of Object.entries(expected)) assert.deepEqual(valuesOf(argv, option), [value], option);
  assert.deepEqual(objectsOf(argv, '-object'), [{ 'qom-type': 'memory-backend-ram', id: 'ram0', size: 805306368 }]);
});

test('a lab’s machine is reached at one port of the loopback, and reaches nobody', () => {
  const argv = planQemuCommand({ ...spec, network: { sshPort: 2222 } });
  assert.deepEqual(valuesOf(argv, '-nic'), []);
  assert.deepEqual(objectsOf(argv, '-netdev'), [
    { type: 'user', id: 'net0', restrict: true, ipv6: false, hostfwd: [{ str: 'tcp:127.0.0.1:2222-:22' }] },
  ]);
  assert.ok(objectsOf(argv, '-device').some(({ driver, netdev }) => driver === 'virtio-net-pci' && netdev === 'net0'));
});

test('its template has the card and no port: whatever is the same for all forks', () => {
  const argv = planQemuCommand({ ...spec, network: {} });
  assert.deepEqual(objectsOf(argv, '-netdev'), [{ type: 'user', id: 'net0', restrict: true, ipv6: false }]);
});

test('a system disk is qcow2 unless it says otherwise', () => {
  const formatOf = (argv: readonly string[]): unknown =>
    objectsOf(argv, '-blockdev').find((node) => node['node-name'] === 'system-format')?.driver;
  assert.equal(formatOf(planQemuCommand(spec)), 'qcow2');
  assert.equal(formatOf(planQemuCommand({ ...spec, systemFormat: 'raw' })), 'raw');
});

test('no network device and no other way out of the machine is there', () => {
  const drivers = objectsOf(planQemuCommand(spec), '-device').map(({ driver }) => driver);
  assert.deepEqual(
    new Set(drivers),
    new Set([
      'isa-serial',
      'virtio-serial-pci',
      'virtserialport',
      'virtio-rng-pci',
      'pvpanic-pci',
      'virtio-blk-pci',
      'virtio-scsi-pci',
      'scsi-hd',
    ]),
  );
});

test('the sandbox is on where QEMU has one', () => {
  assert.deepEqual(valuesOf(planQemuCommand(spec), '-sandbox'), [
    'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
  ]);
  assert.deepEqual(valuesOf(planQemuCommand({ ...spec, qemu: { ...qemu, hasSandbox: false } }), '-sandbox'), []);
});

test('the processor is left whole under KVM', () => {
  assert.deepEqual(valuesOf(planQemuCommand({ ...spec, accelerator: 'kvm' }), '-cpu'), ['max']);
});

test('the images of the system are found by serial, and only the system disk can be written', () => {
  const argv = planQemuCommand(spec);
  const disks = objectsOf(argv, '-device').filter(({ driver }) => driver === 'virtio-blk-pci');
  assert.deepEqual(
    disks.map(({ serial, drive }) => [serial, drive]),
    [
      ['root', 'root-format'],
      ['modules', 'modules-format'],
      ['system', 'system-format'],
    ],
  );
  const writable = objectsOf(argv, '-blockdev')
    .filter((node) => node['read-only'] === false)
    .map((node) => node['node-name']);
  assert.deepEqual(writable, ['system-file', 'system-format', 'DISK1-file', 'DISK1-format', 'DISK2-file', 'DISK2-format']);
});

test('a disk that is only read is read-only in every node', () => {
  const payload = { serial: 'PAYLOAD', hostPath: '/work/payload.tar', format: 'raw', readOnly: true } as const;
  const nodes = objectsOf(planQemuCommand({ ...spec, disks: [payload] }), '-blockdev').filter((node) =>
    String(node['node-name']).startsWith('PAYLOAD'),
  );
  assert.deepEqual(
    nodes.map((node) => node['read-only']),
    [true, true],
  );
});

test('each array disk is a chain of file, format and SCSI disk with its serial and errors as they are', () => {
  const argv = planQemuCommand(spec);
  const nodes = objectsOf(argv, '-blockdev').filter((node) => String(node['node-name']).startsWith('DISK2'));
  const shared = { 'read-only': false, cache: { direct: false, 'no-flush': true }, discard: 'unmap', 'detect-zeroes': 'off' };
  assert.deepEqual(nodes, [
    { driver: 'file', 'node-name': 'DISK2-file', filename: '/work/a,b.qcow2', ...shared },
    { driver: 'qcow2', 'node-name': 'DISK2-format', file: 'DISK2-file', ...shared },
  ]);
  assert.deepEqual(objectsOf(argv, '-device').at(-1), {
    driver: 'scsi-hd',
    id: 'DISK2',
    bus: 'scsi0.0',
    'scsi-id': 1,
    drive: 'DISK2-format',
    serial: 'DISK2',
    physical_block_size: 4096,
    'write-cache': 'on',
    werror: 'report',
    rerror: 'report',
  });
});

test('a disk on PCI Express has a slot of its own, by its bay, with its serial and errors as they are', () => {
  const disks = [
    { serial: 'DISK1', hostPath: '/work/1.raw', format: 'raw', bus: 'virtio' },
    { serial: 'DISK2', hostPath: '/work/2.raw', format: 'raw', bus: 'nvme' },
  ] as const;
  const devices = objectsOf(planQemuCommand({ ...spec, slots: 3, disks }), '-device');
  const slots = devices.filter(({ driver }) => driver === 'pcie-root-port');
  assert.deepEqual(
    slots.map(({ id, chassis, slot }) => [id, chassis, slot]),
    [
      ['slot0', 1, 1],
      ['slot1', 2, 2],
      ['slot2', 3, 3],
    ],
  );
  const shared = { physical_block_size: 4096, 'write-cache': 'on' };
  assert.deepEqual(devices.slice(-2), [
    {
      driver: 'virtio-blk-pci',
      id: 'DISK1',
      drive: 'DISK1-format',
      serial: 'DISK1',
      ...shared,
      bus: 'slot0',
      werror: 'report',
      rerror: 'report',
    },
    { driver: 'nvme', id: 'DISK2', drive: 'DISK2-format', serial: 'DISK2', ...shared, bus: 'slot1' },
  ]);
  const driversOf = (slotCount: number) =>
    objectsOf(planQemuCommand({ ...spec, slots: slotCount }), '-device').filter(({ driver }) => driver === 'pcie-root-port').length;
  assert.equal(driversOf(0), 0);
});

test('every node stands before what uses it', () => {
  const argv = planQemuCommand(spec);
  for (const serial of ['DISK1', 'DISK2', 'root', 'system']) {
    const positions = ['-file"', '-format"', ''].map((suffix) =>
      argv.findIndex((word) => word.includes(suffix === '' ? `"drive":"${serial}-format"` : `"node-name":"${serial}${suffix}`)),
    );
    assert.deepEqual(
      positions,
      [...positions].sort((one, other) => one - other),
      serial,
    );
  }
});

test("control goes over sockets in the scratch directory, and nothing that a guest says into a file of QEMU's", () => {
  assert.deepEqual(valuesOf(planQemuCommand(spec), '-chardev'), [
    'socket,id=qmp0,path=/run/raidlab-1/qmp.sock,server=on,wait=off',
    'socket,id=console0,path=/run/raidlab-1/console.sock,server=on,wait=off',
    'socket,id=agent0,path=/run/raidlab-1/agent.sock,server=on,wait=off',
    'socket,id=journal0,path=/run/raidlab-1/journal.sock,server=on,wait=off',
  ]);
});

test('the ports have the names that the guest looks for', () => {
  const ports = objectsOf(planQemuCommand(spec), '-device').filter(({ driver }) => driver === 'virtserialport');
  assert.deepEqual(
    ports.map(({ id, name }) => [id, name]),
    [
      ['agent0', 'org.raidlab.agent'],
      ['journal0', 'org.raidlab.journal'],
    ],
  );
});

test('a person’s line is a console of its own, and no other machine has one', () => {
  const devices = (argv: readonly string[]) => objectsOf(argv, '-device').filter(({ driver }) => driver === 'virtconsole');
  assert.deepEqual(devices(planQemuCommand(spec)), []);
  const argv = planQemuCommand({ ...spec, hasShellLine: true });
  assert.deepEqual(devices(argv), [{ driver: 'virtconsole', id: 'shell0', chardev: 'shell0' }]);
  assert.ok(valuesOf(argv, '-chardev').includes('socket,id=shell0,path=/run/raidlab-1/shell.sock,server=on,wait=off'));
});

test('a disk sits in its bay', () => {
  const argv = planQemuCommand({ ...spec, disks: [{ serial: 'DISK2', hostPath: '/d', format: 'raw', bay: 4 }] });
  assert.equal(objectsOf(argv, '-device').at(-1)?.['scsi-id'], 4);
});

test('the kernel is told where the console is, what to start and to leave at a panic', () => {
  const [commandLine = ''] = valuesOf(planQemuCommand(spec), '-append');
  for (const word of ['console=ttyS0', 'rdinit=/init', 'init=/usr/lib/raidlab/init', 'panic=-1', 'quiet', 'loglevel=4']) {
    assert.ok(commandLine.split(' ').includes(word), word);
  }
  assert.ok(!commandLine.includes('raidlab.probe'));
});

test('an installed system has one disk, is given its root and its kernel, and stays where it opens a shell', () => {
  const kernel = { ...spec.kernel, modulesHostPath: null, abilities: { root: 'installed' } } as const;
  const argv = planQemuCommand({ ...spec, kernel, rootHostPath: null, disks: [] });
  const serials = objectsOf(argv, '-device').flatMap(({ driver, serial }) => (driver === 'virtio-blk-pci' ? [serial] : []));
  assert.deepEqual(serials, ['system']);
  const words = (valuesOf(argv, '-append')[0] ?? '').split(' ');
  assert.ok(words.some((word) => word.startsWith('root=UUID=')) && words.includes('console=ttyS0'));
  for (const word of words) assert.doesNotMatch(word, /^(?:panic=|quiet$|init=|rdinit=)/u);
  const elsewhere = planQemuCommand({
    ...spec,
    kernel,
    rootHostPath: null,
    disks: [],
    rootWords: ['root=LABEL=root', 'rootflags=subvol=@'],
  });
  assert.match(valuesOf(elsewhere, '-append')[0] ?? '', /^root=LABEL=root rootflags=subvol=@ /u);
});

test('the probe boots the same kernel on the same board, with no disk', () => {
  const probe = { accelerator: 'kvm', vmlinuzHostPath: '/k', initramfsHostPath: '/i', scratchHostPath: '/run/p' } as const;
  const argv = planProbeCommand(probe, qemu);
  assert.deepEqual(valuesOf(argv, '-accel'), ['kvm']);
  assert.deepEqual(valuesOf(argv, '-blockdev'), []);
  assert.ok((valuesOf(argv, '-append')[0] ?? '').split(' ').includes('raidlab.probe'));
  assert.ok(argv.includes('-no-reboot'));
});

const memoryOf = (memory: MachineMemory) => objectsOf(planQemuCommand(spec, { memory, from: 'kernel' }), '-object')[0];

test('the memory of a template is the file itself, that of a fork a private and writable view of it', () => {
  assert.deepEqual(memoryOf({ kind: 'shared-file', hostPath: '/t/memory' }), {
    'qom-type': 'memory-backend-file',
    id: 'ram0',
    size: 805306368,
    'mem-path': '/t/memory',
    share: true,
  });
  assert.deepEqual(memoryOf({ kind: 'private-file', hostPath: '/t/memory' }), {
    'qom-type': 'memory-backend-file',
    id: 'ram0',
    size: 805306368,
    'mem-path': '/t/memory',
    share: false,
    readonly: true,
    rom: 'off',
  });
});

test('a fork has the devices of what it is forked from, and waits to be told where its state is', () => {
  const withoutMemory = (argv: readonly string[]): readonly string[] => argv.filter((word) => !word.includes('"id":"ram0"'));
  const template = planQemuCommand(spec, { memory: { kind: 'shared-file', hostPath: '/t/memory' }, from: 'kernel' });
  const fork = planQemuCommand(spec, { memory: { kind: 'private-file', hostPath: '/t/memory' }, from: 'saved-state' });
  assert.deepEqual(valuesOf(fork, '-incoming'), ['defer']);
  assert.deepEqual(
    withoutMemory(fork).filter((word) => word !== '-incoming' && word !== 'defer'),
    withoutMemory(template),
  );
});
