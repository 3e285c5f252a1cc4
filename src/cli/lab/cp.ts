import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { multiple } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, option } from '@optique/core/primitives';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { pathWord } from '../options/value-parsers.ts';
import { labOption, placeOf } from './lab-option.ts';

/** Gives the command line of `raidlab cp`. */
const cpArguments = (cli: Cli) =>
  command(
    'cp',
    object({
      lab: labOption(cli),
      recursive: option('-r', '--recursive', { description: message`Copies directories recursively.` }),
      paths: multiple(
        argument(pathWord('PATH', 'any'), {
          description: message`Source paths, then the destination; paths in the lab start with a colon.`,
        }),
        {
          min: 2,
        },
      ),
    }),
    { brief: message`Copies files to or from a lab; paths in the lab start with a colon.` },
  );

/** The parsed command line of `raidlab cp`. */
type CpCommand = InferValue<ReturnType<typeof cpArguments>>;

/** Examples for `raidlab cp`. */
const cpExamples: readonly Example[] = [
  { words: 'cp photo.jpg :/storage/', does: 'Copies into the lab.' },
  { words: 'cp -r :/etc/luks .', does: 'Copies out of the lab.' },
];

/** Becomes scp. Rejects with `lab/not-on` and `lab/no-lab`, and with `usage/bad-arguments` when no path is in the lab. */
async function runCpCommand(cli: Cli, asked: CpCommand): Promise<never> {
  const [{ requireKeeper }, { sshFiles }, { becomeProgram }] = await Promise.all([
    import('../../lab/inspect-lab.ts'),
    import('../../lab/place/lab-place.ts'),
    import('../../machine/process/become-program.ts'),
  ]);
  if (!asked.paths.some((path) => path.startsWith(':'))) {
    const why = 'None of these paths is in the lab: those start with a colon (:/storage/photo.jpg).';
    throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: why, command: 'raidlab cp' });
  }
  const place = await placeOf(cli, asked.lab);
  await requireKeeper(place);
  // scp takes whatever precedes the first colon for a host, unless a slash comes first.
  const paths = asked.paths.map((path) =>
    path.startsWith(':') ? `${place.name}${path}` : path.includes(':') && !path.startsWith('/') ? `./${path}` : path,
  );
  const recursive = asked.recursive ? ['-r'] : [];
  return becomeProgram(['scp', '-F', sshFiles(place).configHostPath, ...recursive, '--', ...paths]);
}

/** `raidlab cp`. */
export const cpCommand = defineCommand({ parser: cpArguments, examples: cpExamples, run: runCpCommand });
