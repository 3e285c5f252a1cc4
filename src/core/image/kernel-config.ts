/** The options that stand for modules where only a kernel's configuration tells. Source: Kconfig of Linux. */
const optionOfModule: Readonly<Record<string, string>> = {
  virtio_pci: 'VIRTIO_PCI',
  virtio_blk: 'VIRTIO_BLK',
  virtio_console: 'VIRTIO_CONSOLE',
  virtio_scsi: 'SCSI_VIRTIO',
  virtio_net: 'VIRTIO_NET',
  sd_mod: 'BLK_DEV_SD',
  ext4: 'EXT4_FS',
  erofs: 'EROFS_FS',
  overlay: 'OVERLAY_FS',
  btrfs: 'BTRFS_FS',
  dm_mod: 'BLK_DEV_DM',
  dm_crypt: 'DM_CRYPT',
};

/**
 * Options besides modules that a machine needs: for its console, its first root, its device files, and udev. Source: README of systemd,
 * "REQUIREMENTS".
 */
const neededOptions: readonly string[] = [
  'SERIAL_8250_CONSOLE',
  'BLK_DEV_INITRD',
  'DEVTMPFS',
  'PROC_FS',
  'SYSFS',
  'TMPFS',
  'UNIX',
  'EPOLL',
  'SIGNALFD',
  'TIMERFD',
  'INOTIFY_USER',
  'MAGIC_SYSRQ',
];

/** A kernel's configuration: the value of each option, without `CONFIG_`. */
export type KernelConfig = ReadonlyMap<string, string>;

/** Parses a .config, which a kernel's build leaves beside the kernel, Debian in /boot, and CONFIG_IKCONFIG in the kernel itself. */
export function parseKernelConfig(text: string): KernelConfig {
  const config = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^CONFIG_(\w+)=(.*)$/u.exec(line);
    if (match?.[1] !== undefined) config.set(match[1], match[2] ?? '');
  }
  return config;
}

/** Gives the relevant modules that a configuration builds into the kernel. */
export function builtinsOfConfig(config: KernelConfig): readonly string[] {
  return Object.entries(optionOfModule).flatMap(([module, option]) => (config.get(option) === 'y' ? [module] : []));
}

/** Gives the relevant modules that it builds as modules. */
export function modulesOfConfig(config: KernelConfig): readonly string[] {
  return Object.entries(optionOfModule).flatMap(([module, option]) => (config.get(option) === 'm' ? [module] : []));
}

/** Says whether a configuration builds modules at all. */
export function buildsModules(config: KernelConfig): boolean {
  return config.get('MODULES') === 'y';
}

/** Gives the options that a machine needs and a configuration lacks, with their prefix: `CONFIG_DEVTMPFS`. */
export function missingOptions(config: KernelConfig): readonly string[] {
  return neededOptions.filter((option) => config.get(option) !== 'y').map((option) => `CONFIG_${option}`);
}
