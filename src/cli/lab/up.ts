import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { command, constant, negatableFlag, option } from '@optique/core/primitives';
import { choice, integer } from '@optique/core/valueparser';
import type { ExitCode } from '../../core/exit-code.ts';
import { checkLayout, defaultLayout, equalSizes, profiles } from '../../core/layout.ts';
import type { ArrayLayout } from '../../core/layout.ts';
import { layoutNames, namedLayouts } from '../../core/named-layout.ts';
import { defaultSuite, requireSuite } from '../../machine/image/suite.ts';
import { formatDuration } from '../../report/format-duration.ts';
import type { Cli } from '../cli.ts';
import type { Example } from '../help-page.ts';
import { kernelName, resolveKernel, toolsName } from '../kernel-option.ts';
import { size } from '../value-parsers.ts';
import { openLabContext } from './lab-context.ts';
import { labHouse, labOption } from './lab-option.ts';
import { tellLabIsOn } from './tell-lab-is-on.ts';

/** Gives the command line of `raidlab up`. */
export const upArguments = (cli: Cli) =>
  command(
    'up',
    object({
      command: constant('up'),
      lab: labOption(cli),
      ...arrayOptions,
      kernel: optional(
        option('--kernel', kernelName, {
          description: message`The kernel: a Debian suite, a version (6.12), .deb files, or a directory with vmlinuz and modules.`,
        }),
      ),
      tools: optional(
        option('--tools', toolsName, { description: message`Debian suite that btrfs-progs, cryptsetup and the rest come from.` }),
      ),
      memory: optional(
        option('--memory', integer({ metavar: 'MIB', min: 256, max: 65536 }), {
          description: message`Memory of the machine (default: 1024).`,
        }),
      ),
      accelerator: optional(
        option('--accelerator', choice(['kvm', 'tcg'], { metavar: 'NAME' }), {
          description: message`KVM or software emulation (default: KVM where a kernel really boots under it).`,
        }),
      ),
      sshPort: optional(
        option('--ssh-port', integer({ metavar: 'PORT', min: 1, max: 65535 }), {
          description: message`Where ssh is reached on 127.0.0.1 (default: any free port).`,
        }),
      ),
      provision: optional(
        negatableFlag(
          { positive: '--provision', negative: '--no-provision' },
          { description: message`Builds the array, or leaves the disks of a new lab blank, for you to build it (default: builds it).` },
        ),
      ),
    }),
    {
      brief: message`Turns a lab on: a machine with an encrypted array and a spare disk, to work in by hand.`,
      description: message`Turns on the lab of this directory, making it where there is none: a machine with an encrypted btrfs array mounted on /storage, and a spare disk. It stays on when the command is over. Its disks are in .raidlab, and are as they were when it is turned on again.`,
    },
  );

const arrayOptions = {
  layout: optional(
    option('--layout', choice(layoutNames, { metavar: 'LAYOUT' }), { description: message`The array, by the name of a layout.` }),
  ),
  disks: optional(
    option('--disks', integer({ metavar: 'N', min: 1, max: 16 }), {
      description: message`How many disks the array has, spares not counted.`,
    }),
  ),
  spares: optional(
    option('--spares', integer({ metavar: 'N', min: 0, max: 16 }), { description: message`How many blank disks there are besides.` }),
  ),
  diskSize: optional(
    option('--disk-size', size('SIZE', ['512MiB', '1GiB', '2GiB']), { description: message`Size of each disk, sparse on the host.` }),
  ),
  profile: optional(
    option('--profile', choice(profiles, { metavar: 'PROFILE' }), { description: message`btrfs profile of data and metadata.` }),
  ),
  kdf: optional(
    option('--kdf', choice(['fast', 'real'], { metavar: 'KDF' }), {
      description: message`Key derivation of the LUKS containers: fast, or cryptsetup's own slow default.`,
    }),
  ),
} as const;

/** What `raidlab up` was asked for. */
export type UpCommand = InferValue<ReturnType<typeof upArguments>>;

/** Command lines of `raidlab up` worth typing. */
export const upExamples: readonly Example[] = [
  { words: 'up', does: 'A machine with two encrypted disks as raid1, and a spare. Then: raidlab ssh.' },
  { words: 'up --kernel bookworm --tools bookworm', does: 'The same on what Debian 12 deploys.' },
  { words: 'up --layout raid10 --lab wide', does: 'A second lab, with five disks.' },
  { words: 'up --no-provision --lab blank', does: 'Blank disks, to build the array by hand.' },
];

/** Turns a lab on. */
export async function runUpCommand(cli: Cli, asked: UpCommand): Promise<ExitCode> {
  const layout = layoutOf(asked);
  if (layout !== undefined) checkLayout(layout);
  const kernel = asked.kernel === undefined ? undefined : await resolveKernel(cli, asked.kernel);
  if (asked.tools !== undefined) requireSuite(asked.tools, cli.mirrors);
  const startedMs = performance.now();
  const { bringUp } = await import('../../lab/bring-up.ts');
  const { place, done } = await (async () => {
    using ctx = openLabContext(cli, `Turning ${asked.lab} on`);
    const wishes = wishesOf({ ...asked, layout, kernel });
    const defaults = { layout: defaultLayout, kernel: defaultSuite, tools: defaultSuite, memoryMiB: 1024 };
    const lab = { fromHostPath: cli.cwdHostPath, name: asked.lab, wishes, defaults };
    return await bringUp(ctx, labHouse(cli), lab, { op: 'up', provision: asked.provision ?? true });
  })();
  const duration = formatDuration(performance.now() - startedMs);
  return tellLabIsOn(cli, place, done.changed ? `${asked.lab} is on, after ${duration}` : `${asked.lab} is on already`);
}

/** Gives the layout that was asked for; undefined when nothing was said about it. */
function layoutOf(asked: UpCommand): ArrayLayout | undefined {
  const { layout, disks, spares, diskSize, profile, kdf } = asked;
  if ([layout, disks, spares, diskSize, profile, kdf].every((option) => option === undefined)) return undefined;
  const base: ArrayLayout = layout === undefined ? defaultLayout : namedLayouts[layout];
  const sizes = (before: readonly number[], count: number | undefined): readonly number[] =>
    count === undefined && diskSize === undefined ? before : equalSizes(count ?? before.length, diskSize ?? before[0]);
  return {
    ...base,
    memberSizesBytes: sizes(base.memberSizesBytes, disks),
    spareSizesBytes: sizes(base.spareSizesBytes, spares),
    ...(profile === undefined ? {} : { profile }),
    ...(kdf === undefined ? {} : { kdf }),
  };
}

function wishesOf(asked: Omit<UpCommand, 'layout'> & { readonly layout: ArrayLayout | undefined }) {
  const { layout, kernel, tools, memory: memoryMiB, accelerator, sshPort } = asked;
  return {
    ...(layout === undefined ? {} : { layout }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(tools === undefined ? {} : { tools }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(accelerator === undefined ? {} : { accelerator }),
    ...(sshPort === undefined ? {} : { sshPort }),
  };
}
