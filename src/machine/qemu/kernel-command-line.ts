import type { RootKind } from '../../core/image/kernel-abilities.ts';
import { installedRootUuid } from '../image/system/installed-root.ts';

/** The first program that the initramfs starts on the real root; src/machine/image/guest-root. */
const guestInit = '/usr/lib/raidlab/init';

const serialConsole = 'console=ttyS0';
const panicEnds = 'panic=-1';

/**
 * What every kernel is told. See Documentation/admin-guide/kernel-parameters.txt.
 *
 * - `watchdog_thresh=60`: a soft lockup is one after 120 s. A busy host can hold up an emulated processor for the
 *   default 20 s, and the kernel would be blamed for it; likewise the RCU stall detector.
 * - The rest saves about a second of booting under TCG: no self-tests of ciphers, no calibration against timers that are emulated too.
 */
const common = [
  'watchdog_thresh=60',
  'rcupdate.rcu_cpu_stall_timeout=120',
  'cryptomgr.notests',
  'tsc=reliable',
  'no_timer_check',
  '8250.nr_uarts=1',
  'edd=off',
];

/** The root of an installed system on its own disk. */
const ownDiskWords = [`root=UUID=${installedRootUuid}`, 'ro'];

/**
 * Gives the kernel command line of a machine. `rootWords`: where an installed system has its root.
 *
 * - `panic=-1`: after the text of a panic the kernel reboots at once, and QEMU (`-no-reboot`) ends. An installed system's initramfs would
 *   reboot, too, where it opens its shell: initramfs-tools(7), panic.
 * - `quiet loglevel=4`: errors and worse reach the console while booting; the guest raises it to all. Told to be quiet, an installed
 *   system says nothing of its units.
 */
export function planKernelCommandLine(root: RootKind, rootWords: readonly string[] = ownDiskWords): string {
  if (root === 'installed') return [...rootWords, 'loglevel=4', serialConsole, ...common].join(' ');
  return ['rdinit=/init', `init=${guestInit}`, 'quiet', 'loglevel=4', serialConsole, panicEnds, ...common].join(' ');
}

/** Gives the kernel command line of the accelerator probe: the initramfs says that it lives, and powers off. */
export function planProbeCommandLine(): string {
  return ['rdinit=/init', 'raidlab.probe', serialConsole, panicEnds, ...common].join(' ');
}
