/** The first program that the initramfs starts on the real root; src/machine/image/guest-root. */
const guestInit = '/usr/lib/raidlab/init';

/**
 * What every kernel of ours is told. See Documentation/admin-guide/kernel-parameters.txt.
 *
 * - `panic=-1`: after the text of a panic the kernel reboots at once, and QEMU (`-no-reboot`) ends.
 * - `quiet loglevel=4`: errors and worse reach the console while booting; the guest's init raises it to all.
 * - `watchdog_thresh=60`: a soft lockup is one after 120 s. A busy host can hold up an emulated processor for the
 *   default 20 s, and the kernel would be blamed for it; likewise the RCU stall detector.
 * - The rest saves about a second of booting under TCG: no self-tests of ciphers, no calibration against timers that are emulated too.
 */
const common = [
  'console=ttyS0',
  'panic=-1',
  'watchdog_thresh=60',
  'rcupdate.rcu_cpu_stall_timeout=120',
  'cryptomgr.notests',
  'tsc=reliable',
  'no_timer_check',
  '8250.nr_uarts=1',
  'edd=off',
];

/** Gives the kernel command line of a machine. */
export function planKernelCommandLine(): string {
  return ['rdinit=/init', `init=${guestInit}`, 'quiet', 'loglevel=4', ...common].join(' ');
}

/** Gives the kernel command line of the accelerator probe: the initramfs says that it lives, and powers off. */
export function planProbeCommandLine(): string {
  return ['rdinit=/init', 'raidlab.probe', ...common].join(' ');
}
