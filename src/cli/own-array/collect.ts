import { resolve } from 'node:path';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { command, option } from '@optique/core/primitives';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { createContext } from '../../machine/context.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import type { Example } from '../help-page.ts';
import { pathWord } from '../options/value-parsers.ts';

/** The command line of `raidlab collect`. */
const collectArguments = command(
  'collect',
  object({
    script: option('--script', { description: message`Prints a shell script that does the same where there is no Node.` }),
    names: option('--names', { description: message`Keeps labels, mount points, subvolumes and mappings; UUIDs and serials never.` }),
    map: optional(
      option('--map', pathWord('FILE', 'file'), {
        description: message`Keeps what each stand-in stands for, and uses the same ones next time. Give it to nobody.`,
      }),
    ),
  }),
  {
    brief: message`Prints the facts of this host's btrfs arrays as JSON; reads only.`,
    description: message`Serials, UUIDs and names are replaced by stand-ins. As root it sees more; what it could not see is in the document. docs/own-array.md lists everything that is read.`,
  },
);

/** The parsed command line of `raidlab collect`. */
type CollectCommand = InferValue<typeof collectArguments>;

/** Examples for `raidlab collect`. */
const collectExamples: readonly Example[] = [
  { words: 'collect > facts.json', does: 'The facts of this host; for all of them run it as root.' },
  { words: 'collect --script > collect.sh', does: 'For a server without Node: "sudo sh collect.sh > facts.json" there.' },
  { words: 'collect --map facts.map > facts.json', does: 'Also keeps, for you alone, which stand-in is what.' },
];

/** Prints the facts of this host, or the script that collects them. */
async function runCollectCommand(cli: Cli, asked: CollectCommand): Promise<ExitCode> {
  const { collectFacts, collectScript } = await import('../../machine/facts/collect-facts.ts');
  if (asked.script) {
    if (asked.map !== undefined) {
      const why = 'The script takes the map as its argument: sh collect.sh FILE > facts.json.';
      throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: why, command: 'raidlab collect' });
    }
    cli.screen.data(collectScript(asked));
    return exitCodes.held;
  }
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  const mapHostPath = asked.map === undefined ? {} : { mapHostPath: resolve(cli.cwdHostPath, asked.map) };
  const { json } = await collectFacts(ctx, { names: asked.names, ...mapHostPath });
  cli.screen.data(json);
  return exitCodes.held;
}

/** `raidlab collect`. */
export const collectCommand = defineCommand({ parser: () => collectArguments, examples: collectExamples, run: runCollectCommand });
