import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { object, or } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, option } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { newAlarmLines, newDrillLines } from '../report/drill/new-drill-lines.ts';
import type { Cli } from './cli.ts';
import { defineCommand } from './define-command.ts';
import type { Example } from './help-page.ts';
import { pathWord } from './options/value-parsers.ts';

const drillArguments = command(
  'drill',
  object({
    what: constant('drill'),
    name: argument(string({ metavar: 'NAME' }), { description: message`Name of the drill, in kebab-case: what it promises.` }),
    directory: withDefault(option('--directory', pathWord('DIR', 'directory'), { description: message`Directory for its file.` }), '.'),
  }),
  { brief: message`Creates the file of your own drill; it runs as it is.` },
);

const alarmArguments = command(
  'alarm',
  object({
    what: constant('alarm'),
    name: withDefault(
      argument(string({ metavar: 'NAME' }), { description: message`Name of the script, without .sh (default: check-btrfs).` }),
      'check-btrfs',
    ),
    directory: withDefault(option('--directory', pathWord('DIR', 'directory'), { description: message`Directory for its file.` }), '.'),
  }),
  { brief: message`Creates a monitoring script that rings when an array needs you; try it with --alarm.` },
);

/** The command line of `raidlab new`. */
const newArguments = command('new', object({ made: or(drillArguments, alarmArguments) }), {
  brief: message`Creates your own drill or alarm from a template.`,
});

/** The parsed command line of `raidlab new`. */
type NewCommand = InferValue<typeof newArguments>;

/** Examples for `raidlab new`. */
const newExamples: readonly Example[] = [
  { words: 'new drill replace-slow-disk', does: 'Creates ./replace-slow-disk.ts, which runs; edit it to make it yours.' },
  { words: 'new drill replace-slow-disk --directory drills', does: 'The same, in drills/.' },
  { words: 'new alarm', does: 'Creates ./check-btrfs.sh: drill --alarm "./check-btrfs.sh /storage".' },
];

/** The words in a template that the name replaces, as a name and as an identifier. */
const templates = { drill: ['drill-template', 'ts'], alarm: ['alarm-template', 'sh'] } as const;

/** Makes NAME.ts or NAME.sh; never overwrites. Throws `bad-arguments` for a name that is invalid or taken, `file-exists`, `not-writable`. */
async function runNewCommand(cli: Cli, { made: { what, name, directory } }: NewCommand): Promise<ExitCode> {
  const [templateName, ending] = templates[what];
  checkName(what, name);
  if (what === 'drill') await checkDrillName(name);
  const file = join(directory, `${name}.${ending}`);
  const templateHostPath = new URL(`../../examples/${templateName}.${ending}`, import.meta.url);
  const text = readFileSync(templateHostPath, 'utf8').replaceAll(templateName, name).replaceAll(camelCase(templateName), camelCase(name));
  const hostPath = resolve(cli.cwdHostPath, file);
  try {
    mkdirSync(resolve(cli.cwdHostPath, directory), { recursive: true });
    writeFileSync(hostPath, text, { flag: 'wx', mode: what === 'alarm' ? 0o777 : 0o666 });
  } catch (error) {
    const { code, message: said } = error as NodeJS.ErrnoException;
    throw new RaidlabError(
      code === 'EEXIST'
        ? { area: 'usage', reason: 'file-exists', file }
        : { area: 'host', reason: 'not-writable', hostPath, purpose: `the ${what}`, said },
    );
  }
  cli.screen.keep(what === 'drill' ? newDrillLines(file, cli.program) : newAlarmLines(file, cli.program));
  return exitCodes.held;
}

function checkName(what: keyof typeof templates, name: string): void {
  if (/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u.test(name)) return;
  refuse(
    `"${name}" is not a name for ${what === 'drill' ? 'a drill' : 'an alarm'}: use kebab-case, such as ${what === 'drill' ? 'replace-slow-disk' : 'check-btrfs'}.`,
    what,
  );
}

async function checkDrillName(name: string): Promise<void> {
  const { drills } = await import('../drills/registry.ts');
  if (drills.some((drill) => drill.name === name)) refuse(`${name} is the name of one of raidlab's own drills.`, 'drill');
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z0-9])/gu, (_, letter: string) => letter.toUpperCase());
}

function refuse(why: string, what: keyof typeof templates): never {
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: why, command: `raidlab new ${what}` });
}

/** `raidlab new`. */
export const newCommand = defineCommand({ parser: () => newArguments, examples: newExamples, run: runNewCommand });
