import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, option } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { newDrillLines } from '../report/drill/new-drill-lines.ts';
import type { Cli } from './cli.ts';
import type { Example } from './help-page.ts';
import { pathWord } from './options/value-parsers.ts';

const drillArguments = command(
  'drill',
  object({
    name: argument(string({ metavar: 'NAME' }), { description: message`Name of the drill, in kebab-case: what it promises.` }),
    directory: withDefault(option('--directory', pathWord('DIR', 'directory'), { description: message`Directory for its file.` }), '.'),
  }),
  { brief: message`Creates the file of your own drill; it runs as it is.` },
);

/** The command line of `raidlab new`. */
export const newArguments = command('new', object({ command: constant('new'), drill: drillArguments }), {
  brief: message`Creates your own drill from a template: "new drill NAME".`,
});

/** The parsed command line of `raidlab new`. */
export type NewCommand = InferValue<typeof newArguments>;

/** Examples for `raidlab new`. */
export const newExamples: readonly Example[] = [
  { words: 'new drill replace-slow-disk', does: 'Creates ./replace-slow-disk.ts, which runs; edit it to make it yours.' },
  { words: 'new drill replace-slow-disk --directory drills', does: 'The same, in drills/.' },
];

/** The words in the template that the name replaces, as a name and as an identifier. */
const templateName = 'drill-template';
const templateHostPath = new URL(`../../examples/${templateName}.ts`, import.meta.url);

/** Makes NAME.ts; never overwrites. Throws `bad-arguments` for a name that is invalid or taken, `file-exists`, `not-writable`. */
export async function runNewCommand(cli: Cli, { drill: { name, directory } }: NewCommand): Promise<ExitCode> {
  await checkName(name);
  const file = join(directory, `${name}.ts`);
  const text = readFileSync(templateHostPath, 'utf8').replaceAll(templateName, name).replaceAll(camelCase(templateName), camelCase(name));
  const hostPath = resolve(cli.cwdHostPath, file);
  try {
    mkdirSync(resolve(cli.cwdHostPath, directory), { recursive: true });
    writeFileSync(hostPath, text, { flag: 'wx' });
  } catch (error) {
    const { code, message: said } = error as NodeJS.ErrnoException;
    throw new RaidlabError(
      code === 'EEXIST'
        ? { area: 'usage', reason: 'file-exists', file }
        : { area: 'host', reason: 'not-writable', hostPath, purpose: 'the drill', said },
    );
  }
  cli.screen.keep(newDrillLines(file, cli.program));
  return exitCodes.held;
}

async function checkName(name: string): Promise<void> {
  const { drills } = await import('../drills/registry.ts');
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u.test(name))
    refuse(`"${name}" is not a name for a drill: use kebab-case, such as replace-slow-disk.`);
  if (drills.some((drill) => drill.name === name)) refuse(`${name} is the name of one of raidlab's own drills.`);
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z0-9])/gu, (_, letter: string) => letter.toUpperCase());
}

function refuse(why: string): never {
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: why, command: 'raidlab new drill' });
}
