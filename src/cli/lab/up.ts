import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { command, negatableFlag, option } from '@optique/core/primitives';
import { choice, integer } from '@optique/core/valueparser';
import { bootedBy } from '../../core/boot/booted-by.ts';
import { harmlessJson } from '../../core/text/harmless-text.ts';
import { accelerators } from '../../core/host/accelerator.ts';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { planLab } from '../../core/lab/lab-plan.ts';
import { checkLayout } from '../../core/layout/layout-mistakes.ts';
import { defaultLayout } from '../../core/layout/layout.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import type { foreseeLab } from '../../lab/bring-up.ts';
import { defaultSuite, requireSuite } from '../../machine/image/packages/suite.ts';
import { whyNotInstalled } from '../../machine/image/system/system-choice.ts';
import { describeForeseen } from '../../machine/image/tools/tools-for-kernel.ts';
import { formatDuration } from '../../report/text/format-duration.ts';
import { labPlanLines } from '../../report/lab/lab-plan-lines.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { requireHostOf } from '../host-view.ts';
import { foreseeParts, kernelName, resolveKernel, toolsName } from '../options/kernel-option.ts';
import { layoutOptions, resolveLayout } from '../options/layout-options.ts';
import { openLabContext } from './lab-context.ts';
import { labHouse, labOption } from './lab-option.ts';
import { tellLabIsOn } from './tell-lab-is-on.ts';

/** Gives the command line of `raidlab up`. */
const upArguments = (cli: Cli) =>
  command(
    'up',
    object({
      lab: labOption(cli),
      ...layoutOptions,
      kernel: optional(
        option('--kernel', kernelName(cli), {
          description: message`The kernel: a Debian suite, a version (6.12), .deb files, or a directory with vmlinuz and modules (default: ${defaultSuite}).`,
        }),
      ),
      tools: optional(
        option('--tools', toolsName, { description: message`Debian suite for btrfs-progs, cryptsetup and the other tools.` }),
      ),
      boot: optional(
        option('--boot', choice(bootedBy, { metavar: 'NAME' }), {
          description: message`What boots the machine: systemd makes it an installed Debian, with its own kernel, initramfs and console, that opens and mounts by its crypttab and fstab (default: raidlab's own small system).`,
        }),
      ),
      memory: optional(
        option('--memory', integer({ metavar: 'MIB', min: 256, max: 65536 }), {
          description: message`Memory of the machine, MiB (default: 1024).`,
        }),
      ),
      accelerator: optional(
        option('--accelerator', choice(accelerators, { metavar: 'NAME' }), {
          description: message`KVM or software emulation (default: KVM if a kernel really boots under it).`,
        }),
      ),
      sshPort: optional(
        option('--ssh-port', integer({ metavar: 'PORT', min: 1, max: 65535 }), {
          description: message`Port for ssh on 127.0.0.1 (default: any free one).`,
        }),
      ),
      provision: optional(
        negatableFlag(
          { positive: '--provision', negative: '--no-provision' },
          { description: message`Builds the array (the default), or leaves the disks of a new lab blank for you to build it.` },
        ),
      ),
      plan: option('--plan', { description: message`Prints the array, its capacity and the commands, without building anything.` }),
      json: option('--json', { description: message`With --plan: prints one JSON document (docs/events.md).` }),
    }),
    {
      brief: message`Turns a lab on: a machine with an encrypted array and a spare disk, to work in by hand.`,
      description: message`Creates the lab of this directory if there is none, in .raidlab, with the array mounted on /storage, or where its layout says. The lab stays on after this command returns, and keeps its disks when it is turned off and on again.`,
    },
  );

/** The parsed command line of `raidlab up`. */
type UpCommand = InferValue<ReturnType<typeof upArguments>>;

/** Examples for `raidlab up`. */
const upExamples: readonly Example[] = [
  { words: 'up', does: 'A machine with two encrypted disks in raid1, and a spare. Next: raidlab ssh.' },
  { words: 'up --kernel bookworm --tools bookworm', does: 'The same with the kernel and tools of Debian 12.' },
  { words: 'up --boot systemd --lab real', does: 'An installed Debian: what does its boot do with the array? Next: raidlab console.' },
  { words: 'up --layout raid10 --lab wide', does: 'A second lab, with five disks.' },
  { words: 'up --layout ./array.yaml', does: 'An array described in a file (docs/layouts.md).' },
  { words: 'up --bus nvme --encryption luks1 --lab old', does: 'Other disks, other containers.' },
  { words: 'up --profile raid1c3 --disks 4 --plan', does: 'Its capacity and the commands; nothing is built.' },
  { words: 'up --no-provision --lab blank', does: 'Blank disks, to build the array by hand.' },
];

/** Turns a lab on. */
async function runUpCommand(cli: Cli, asked: UpCommand): Promise<ExitCode> {
  const layout = (await resolveLayout(asked, cli.cwdHostPath))?.over(defaultLayout);
  if (layout !== undefined) checkLayout(layout);
  const kernel = asked.kernel === undefined ? undefined : await resolveKernel(cli, asked.kernel);
  if (asked.tools !== undefined) requireSuite(asked.tools, cli.mirrors);
  const tools = asked.tools ?? (asked.boot === undefined ? undefined : (kernel ?? defaultSuite));
  if (asked.boot !== undefined) requireInstalled(kernel ?? defaultSuite, tools ?? defaultSuite);
  const parts = await foreseeParts(cli, kernel ?? defaultSuite, tools);
  const lab = { fromHostPath: cli.cwdHostPath, name: asked.lab, wishes: wishesOf({ ...asked, layout, kernel }) };
  if (asked.plan) return printPlan(cli, lab, asked.json);
  if (asked.json)
    throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: '--json needs --plan.', command: 'raidlab up' });
  await requireHostOf(cli);
  const startedMs = performance.now();
  const { bringUp } = await import('../../lab/bring-up.ts');
  const { place, done } = await (async () => {
    using ctx = openLabContext(cli, `Turning ${asked.lab} on`);
    const defaults = { layout: defaultLayout, kernel: defaultSuite, tools: parts.tools, memoryMiB: 1024 };
    return await bringUp(ctx, labHouse(cli), { ...lab, defaults }, { op: 'up', provision: asked.provision ?? true });
  })();
  const duration = formatDuration(performance.now() - startedMs);
  return tellLabIsOn(cli, place, done.changed ? `${asked.lab} is on, after ${duration}` : `${asked.lab} is on already`);
}

async function printPlan(cli: Cli, lab: Parameters<typeof foreseeLab>[0], asJson: boolean): Promise<ExitCode> {
  const { foreseeLab: foresee } = await import('../../lab/bring-up.ts');
  const state = await foresee(lab);
  const { kernel, tools, boot } = state ?? { kernel: defaultSuite, ...lab.wishes };
  const isInstalled = boot !== undefined;
  const parts = await foreseeParts(cli, kernel, tools ?? (isInstalled ? kernel : undefined));
  const layout = parts.fit(state?.layout ?? lab.wishes.layout ?? defaultLayout);
  const installed = `an installed system of ${parts.tools}, booted by systemd with its own kernel and initramfs`;
  const machine = [...(isInstalled ? [installed] : []), ...describeForeseen(parts.foreseen, parts.tools)];
  const plan = planLab(lab.name, layout, { isProvisioned: state?.isProvisioned ?? false, machine });
  if (asJson) cli.screen.data(`${harmlessJson({ v: 1, ...plan })}\n`);
  else cli.screen.keep(labPlanLines(plan));
  return exitCodes.held;
}

/** Throws `usage/bad-arguments` unless there is an installed system with this kernel and these tools. */
function requireInstalled(kernel: string, tools: string): void {
  const why = whyNotInstalled(kernel, tools);
  if (why === null) return;
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: `An installed system ${why}.`, command: 'raidlab up' });
}

function wishesOf(asked: Omit<UpCommand, 'layout'> & { readonly layout: ArrayLayout | undefined }) {
  const { layout, kernel, tools, boot, memory: memoryMiB, accelerator, sshPort } = asked;
  return {
    ...(layout === undefined ? {} : { layout }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(tools === undefined ? {} : { tools }),
    ...(boot === undefined ? {} : { boot }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(accelerator === undefined ? {} : { accelerator }),
    ...(sshPort === undefined ? {} : { sshPort }),
  };
}

/** `raidlab up`. */
export const upCommand = defineCommand({ parser: upArguments, examples: upExamples, run: runUpCommand });
