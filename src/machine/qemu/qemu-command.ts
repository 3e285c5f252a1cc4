import type { MachineMemory, MachineNetwork, MachineSpec } from '../machine.ts';
import type { Accelerator } from '../../core/host/accelerator.ts';
import type { QemuProgram } from './qemu-program.ts';
import type { DriverOptions } from '../qmp/qmp-protocol.ts';
import { formatNodeNames, imageOfDisk, planDiskDevice, planImageNodes, scsiController, slotOf } from './block-nodes.ts';
import type { ImageUse } from './block-nodes.ts';
import { planKernelCommandLine, planProbeCommandLine } from './kernel-command-line.ts';
import { planMachineSockets } from './machine-sockets.ts';
import type { MachineSockets } from './machine-sockets.ts';

/** The device ids of the virtio-serial ports. */
const portIds = { agent: 'agent0', journal: 'journal0' } as const;

/** The file in the evidence with the exact bytes of the console. QEMU's own log would be unbounded. */
export const consoleLogFile = 'console.log';

/** How a machine starts: by booting its kernel, or where a saved machine stopped, whose state is loaded over QMP. */
export interface MachineBeginning {
  readonly memory: MachineMemory;
  readonly from: 'kernel' | 'saved-state';
}

const booting: MachineBeginning = { memory: { kind: 'own' }, from: 'kernel' };

/** Gives the command that starts a machine, paused until QMP says `cont`. */
export function planQemuCommand(spec: MachineSpec, beginning = booting): readonly string[] {
  const sockets = planMachineSockets(spec.scratchHostPath);
  return [
    ...planProcess(spec.name, spec.qemu),
    ...planNetwork(spec.network),
    ...planBoard(spec.accelerator, spec.memoryMiB, beginning.memory),
    ...planKernel(
      spec.kernel.vmlinuzHostPath,
      spec.kernel.initramfsHostPath,
      planKernelCommandLine(spec.kernel.abilities.root, spec.rootWords),
    ),
    ...(beginning.from === 'saved-state' ? ['-incoming', 'defer'] : []),
    ...planQmp(sockets.qmpHostPath),
    ...planConsole(sockets.consoleHostPath),
    ...planPorts(sockets),
    ...(spec.hasShellLine === true ? planShellLine(sockets.shellHostPath) : []),
    ...planGuestServices(),
    ...systemImages(spec).flatMap(planSystemDisk),
    ...planController(),
    ...planSlots(spec.slots ?? 0),
    ...spec.disks.flatMap((disk, index) => [
      ...planImageNodes(imageOfDisk(disk)).flatMap(planBlockdev),
      ...planDevice(planDiskDevice(disk, disk.bay ?? index)),
    ]),
  ];
}

/** What the accelerator probe boots. */
export interface ProbeSpec {
  readonly accelerator: Accelerator;
  readonly vmlinuzHostPath: string;
  readonly initramfsHostPath: string;
  readonly scratchHostPath: string;
}

const probeMemoryMiB = 512;

/** Gives the command that boots only a kernel's initramfs, paused until QMP says `cont`. */
export function planProbeCommand(spec: ProbeSpec, qemu: QemuProgram): readonly string[] {
  const sockets = planMachineSockets(spec.scratchHostPath);
  return [
    ...planProcess('probe', qemu),
    ...planNetwork(undefined),
    ...planBoard(spec.accelerator, probeMemoryMiB, booting.memory),
    ...planKernel(spec.vmlinuzHostPath, spec.initramfsHostPath, planProbeCommandLine()),
    ...planQmp(sockets.qmpHostPath),
    ...planConsole(sockets.consoleHostPath),
  ];
}

// Everything is explicit: no defaults, no host configuration, no window. A rebooting guest ends QEMU.
function planProcess(name: string, qemu: QemuProgram): readonly string[] {
  const sandbox = ['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'];
  return [
    qemu.program,
    '-name',
    // With named threads, /proc separates the processor's time from QEMU's own work.
    `raidlab-${name},debug-threads=on`,
    '-nodefaults',
    '-no-user-config',
    '-display',
    'none',
    '-no-reboot',
    '-S',
    ...(qemu.hasSandbox ? sandbox : []),
  ];
}

/**
 * A network card on a network of QEMU's own: with `restrict` no traffic leaves the guest, and incoming connections come from the host's
 * loopback. See qemu(1), -netdev user.
 */
function planNetwork(network: MachineNetwork | undefined): readonly string[] {
  if (network === undefined) return ['-nic', 'none'];
  const { sshPort } = network;
  const forward = sshPort === undefined ? {} : { hostfwd: [{ str: `tcp:127.0.0.1:${String(sshPort)}-:22` }] };
  return [
    '-netdev',
    JSON.stringify({ type: 'user', id: 'net0', restrict: true, ipv6: false, ...forward }),
    // It does not boot from the network: without a boot ROM, none has to be installed.
    ...planDevice({ driver: 'virtio-net-pci', id: 'nic0', netdev: 'net0', romfile: '' }),
  ];
}

/**
 * One processor: more gain nothing under TCG. `la57=off` avoids the fifth level of page tables, which are walked in software. Devices
 * that a storage machine lacks are off, so that the kernel does not look for them.
 */
function planBoard(accelerator: Accelerator, memoryMiB: number, memory: MachineMemory): readonly string[] {
  return [
    '-machine',
    'q35,memory-backend=ram0,sata=off,smbus=off,vmport=off',
    '-accel',
    accelerator,
    '-cpu',
    accelerator === 'tcg' ? 'max,la57=off' : 'max',
    '-smp',
    '1',
    '-m',
    `${String(memoryMiB)}M`,
    ...planMemory(memoryMiB, memory),
    '-rtc',
    'base=utc,clock=host',
  ];
}

/** The memory as a separate object, see docs/system/vm-templating of QEMU: `rom=off` makes a private view of a read-only file writable. */
function planMemory(memoryMiB: number, memory: MachineMemory): readonly string[] {
  const backend = { id: 'ram0', size: memoryMiB * 1024 * 1024 };
  switch (memory.kind) {
    case 'own':
      return planObject({ 'qom-type': 'memory-backend-ram', ...backend });
    case 'shared-file':
      return planObject({ 'qom-type': 'memory-backend-file', ...backend, 'mem-path': memory.hostPath, share: true });
    case 'private-file':
      return planObject({
        'qom-type': 'memory-backend-file',
        ...backend,
        'mem-path': memory.hostPath,
        share: false,
        readonly: true,
        rom: 'off',
      });
  }
}

function planObject(object: Readonly<Record<string, string | number | boolean>>): readonly string[] {
  return ['-object', JSON.stringify(object)];
}

function planKernel(vmlinuzHostPath: string, initramfsHostPath: string, commandLine: string): readonly string[] {
  return ['-kernel', vmlinuzHostPath, '-initrd', initramfsHostPath, '-append', commandLine];
}

function planQmp(socketHostPath: string): readonly string[] {
  return [...planSocket('qmp0', socketHostPath), '-mon', 'chardev=qmp0,mode=control'];
}

function planConsole(socketHostPath: string): readonly string[] {
  return [...planSocket('console0', socketHostPath), ...planDevice({ driver: 'isa-serial', id: 'serial0', chardev: 'console0' })];
}

function planPorts(sockets: MachineSockets): readonly string[] {
  return [
    ...planDevice({ driver: 'virtio-serial-pci', id: 'virtio-serial0' }),
    ...planPort(portIds.agent, 'org.raidlab.agent', sockets.agentHostPath),
    ...planPort(portIds.journal, 'org.raidlab.journal', sockets.journalHostPath),
  ];
}

/** A port that the guest finds by its name in /sys/class/virtio-ports, and its socket. */
function planPort(id: string, name: string, socketHostPath: string): readonly string[] {
  return [...planSocket(id, socketHostPath), ...planDevice({ driver: 'virtserialport', id, chardev: id, name })];
}

/** A terminal line without a wire: output is lost while nobody listens, and nobody waits. The guest calls it /dev/hvc0. */
function planShellLine(socketHostPath: string): readonly string[] {
  return [...planSocket('shell0', socketHostPath), ...planDevice({ driver: 'virtconsole', id: 'shell0', chardev: 'shell0' })];
}

// Random numbers without waiting; and a panic is reported to us even when the console stays silent, without ending the machine before the
// console has printed everything.
function planGuestServices(): readonly string[] {
  return [
    ...planDevice({ driver: 'virtio-rng-pci', id: 'rng0' }),
    ...planDevice({ driver: 'pvpanic-pci', id: 'pvpanic0' }),
    '-action',
    'panic=none',
  ];
}

function systemImages(spec: MachineSpec): readonly ImageUse[] {
  const readOnly = (name: string, hostPath: string | null): readonly ImageUse[] =>
    hostPath === null ? [] : [{ name, hostPath, format: 'raw', readOnly: true }];
  return [
    ...readOnly('root', spec.rootHostPath),
    ...readOnly('modules', spec.kernel.modulesHostPath),
    { name: 'system', hostPath: spec.systemHostPath, format: spec.systemFormat ?? 'qcow2', readOnly: false },
  ];
}

// The guest finds it by its serial: /sys/block/vd*/serial, /dev/disk/by-id/virtio-<serial>.
function planSystemDisk(image: ImageUse): readonly string[] {
  const device = { driver: 'virtio-blk-pci', id: image.name, drive: formatNodeNames(image.name).format, serial: image.name };
  return [...planImageNodes(image).flatMap(planBlockdev), ...planDevice(device)];
}

function planController(): readonly string[] {
  return planDevice({ driver: 'virtio-scsi-pci', id: scsiController });
}

/** A PCI Express disk can only be pulled from a port of its own. See docs/pcie.txt of QEMU. */
function planSlots(slots: number): readonly string[] {
  return Array.from({ length: slots }, (_, bay) =>
    planDevice({ driver: 'pcie-root-port', id: slotOf(bay), chassis: bay + 1, slot: bay + 1, 'io-reserve': 0 }),
  ).flat();
}

function planBlockdev(node: DriverOptions): readonly string[] {
  return ['-blockdev', JSON.stringify(node)];
}

function planDevice(device: DriverOptions): readonly string[] {
  return ['-device', JSON.stringify(device)];
}

function planSocket(id: string, hostPath: string): readonly string[] {
  return ['-chardev', `socket,id=${id},path=${escapeCommas(hostPath)},server=on,wait=off`];
}

/** In QEMU's key=value options a comma is doubled. */
function escapeCommas(value: string): string {
  return value.replaceAll(',', ',,');
}
