import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { command, option } from '@optique/core/primitives';
import type { ExitCode } from '../../core/exit-code.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { formatDuration } from '../../report/text/format-duration.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { requireHostOf } from '../host-view.ts';
import { kernelName, resolveKernel } from '../options/kernel-option.ts';
import { openLabContext } from './lab-context.ts';
import { labHouse, labOption, placeOf } from './lab-option.ts';
import { tellLabIsOn } from './tell-lab-is-on.ts';

/** Gives the command line of `raidlab reload`. */
const reloadArguments = (cli: Cli) =>
  command(
    'reload',
    object({
      lab: labOption(cli),
      kernel: optional(
        option('--kernel', kernelName(cli), {
          description: message`Boots another kernel: a Debian suite, a version (6.12), .deb files, or a directory with vmlinuz and modules.`,
        }),
      ),
      provision: option('--provision', { description: message`Also builds the array, if it is not built.` }),
    }),
    {
      brief: message`Restarts a lab, with another kernel if asked.`,
      description: message`The lab shuts down cleanly and boots from the same disks. Faults of disks remain, and pulled disks stay out. A lab that is off is turned on.`,
    },
  );

/** The parsed command line of `raidlab reload`. */
type ReloadCommand = InferValue<ReturnType<typeof reloadArguments>>;

/** Examples for `raidlab reload`. */
const reloadExamples: readonly Example[] = [
  { words: 'reload', does: 'A restart: what does crypttab open?' },
  { words: 'reload --kernel trixie-backports', does: 'Boots the backports kernel of Debian 13.' },
];

/** Restarts a lab. */
async function runReloadCommand(cli: Cli, asked: ReloadCommand): Promise<ExitCode> {
  const kernel = asked.kernel === undefined ? null : await resolveKernel(cli, asked.kernel);
  const [{ askLocked }, { readLabState }] = await Promise.all([import('../../lab/bring-up.ts'), import('../../lab/place/state-file.ts')]);
  const place = await placeOf(cli, asked.lab);
  const { boot, kernel: own } = await readLabState(place);
  if (boot !== undefined && kernel !== null && kernel !== own) {
    const text = `${asked.lab} is an installed system with its own kernel, that of ${own}: it cannot be restarted with ${kernel}.`;
    throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: text, command: 'raidlab reload' });
  }
  await requireHostOf(cli);
  const startedMs = performance.now();
  {
    using ctx = openLabContext(cli, `Restarting ${asked.lab}`);
    await askLocked(ctx, labHouse(cli), place, { op: 'reload', kernel, provision: asked.provision });
  }
  return tellLabIsOn(cli, place, `${asked.lab} is on again, after ${formatDuration(performance.now() - startedMs)}`);
}

/** `raidlab reload`. */
export const reloadCommand = defineCommand({ parser: reloadArguments, examples: reloadExamples, run: runReloadCommand });
