import { message } from '@optique/core/message';
import { multiple, optional, withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { option } from '@optique/core/primitives';
import { choice, integer } from '@optique/core/valueparser';
import { bootedBy } from '../../core/boot/booted-by.ts';
import { initramfsMakers } from '../../core/boot/initramfs-maker.ts';
import { accelerators } from '../../core/host/accelerator.ts';
import { defaultSuite } from '../../machine/image/packages/suite.ts';
import type { Cli } from '../cli.ts';
import { kernelName, toolsName } from './kernel-option.ts';
import { pathWord, reporter, size } from './value-parsers.ts';

/** The options that say how a run is shown. */
export const showOptions = {
  json: option('--json', { description: message`Prints events, one JSON object per line (docs/events.md). Same as --reporter json.` }),
  reporters: multiple(
    option('--reporter', reporter, {
      description: message`Report format: list (the default, for people), json, junit, tap, github, html or bundle; printed, or written to FILE. Can be given more than once.`,
    }),
  ),
  verbose: option('-v', '--verbose', { description: message`Shows every command with its output, and all evidence.` }),
} as const;

/** How a run is shown, as given. */
export type ShowOptions = { readonly [Name in keyof typeof showOptions]: InferValue<(typeof showOptions)[Name]> };

/** How many drills of a run are done at once. */
export const jobsOption = optional(
  option('--jobs', '-j', integer({ metavar: 'N', min: 1, max: 256 }), {
    description: message`How many drills run at once (default: one per core, as far as memory allows; with --on slurm, 64 are in the queue).`,
  }),
);

/** How much is written before the fault. */
export const payloadOption = optional(
  option('--payload', size('SIZE', ['8MiB', '32MiB', '128MiB']), {
    description: message`How much data is written before the fault (default: 32 MiB, unless the drill says otherwise).`,
  }),
);

/** Gives the options that say what the machines of a run are made of. */
export const machineOptions = (cli: Cli) =>
  ({
    kernel: withDefault(
      option('--kernel', kernelName(cli), {
        description: message`The kernel to test: a Debian suite, a version (6.12), .deb files, or a directory with vmlinuz and modules.`,
      }),
      defaultSuite,
    ),
    tools: optional(
      option('--tools', toolsName, {
        description: message`Debian suite for btrfs-progs, cryptsetup and the other tools (default: ${defaultSuite}, or the newest one that runs on the kernel).`,
      }),
    ),
    memory: withDefault(
      option('--memory', integer({ metavar: 'MIB', min: 256, max: 65536 }), { description: message`Memory of the machine, MiB.` }),
      1024,
    ),
    accelerator: withDefault(
      option('--accelerator', choice(['auto', ...accelerators], { metavar: 'NAME' }), {
        description: message`auto uses KVM if a kernel really boots under it, otherwise software emulation.`,
      }),
      'auto',
    ),
    cold: option('--cold', {
      description: message`Boots every machine and builds the array, instead of using saved templates.`,
    }),
    fresh: option('--fresh', { description: message`Rebuilds the templates before using them.` }),
  }) as const;

/** What the machines are made of, as given. */
export type MachineOptions = {
  readonly [Name in keyof ReturnType<typeof machineOptions>]: InferValue<ReturnType<typeof machineOptions>[Name]>;
};

/** How the proof reboots. */
export const bootOption = optional(
  option('--boot', choice(bootedBy, { metavar: 'NAME' }), {
    description: message`How the proof reboots: systemd boots an installed Debian, with its own kernel and initramfs, and the crypttab, fstab and keys of the repair (default: raidlab's own small system).`,
  }),
);

/** What makes the initramfs of an installed system. */
export const initramfsOption = optional(
  option('--initramfs', choice(initramfsMakers, { metavar: 'NAME' }), {
    description: message`What makes the initramfs of drills whose machine is an installed Debian (default: ${initramfsMakers[0]}).`,
  }),
);

/** Leaves the machine running. */
export const keepOption = option('--keep', { description: message`Keeps the machine running after the verdict, until Ctrl-C.` });

/** Where the evidence goes. */
export const outputOption = withDefault(
  option('--output', pathWord('DIR', 'directory'), { description: message`Directory for the evidence.` }),
  'raidlab-results',
);
