import { message } from '@optique/core/message';
import { withDefault } from '@optique/core/modifiers';
import { option } from '@optique/core/primitives';
import { defaultLabName } from '../../core/lab/lab-name.ts';
import type { LabHouse } from '../../lab/bring-up.ts';
import type { LabPlace } from '../../lab/place/lab-place.ts';
import type { Cli } from '../cli.ts';
import { knownWord } from '../options/value-parsers.ts';

// Labs import the machine code, so they are loaded only when needed, not when the command line is parsed.
const places = async () => import('../../lab/place/lab-place.ts');

/** Gives the option that names a lab; the shell completes those that can be reached from here. */
export function labOption(cli: Cli) {
  const known = knownWord('NAME', async () => (await (await places()).listLabNames(cli.cwdHostPath)).map((word) => ({ word })));
  return withDefault(
    option('--lab', known, { description: message`Name of the lab; looked up in this directory and its parents.` }),
    defaultLabName,
  );
}

/** Gives the lab that is named among the words typed so far, of which the last may be half a word: for completion. */
export function typedLab({ argv }: Pick<Cli, 'argv'>): string {
  const at = argv.findLastIndex((word) => word === '--lab' || word.startsWith('--lab='));
  const named = argv[at]?.startsWith('--lab=') === true ? argv[at].slice('--lab='.length) : argv[at + 1];
  return at < 0 ? defaultLabName : (named ?? defaultLabName);
}

/** Gives the place of the lab that was named. Rejects with `lab/no-lab` and `lab/bad-name`. */
export async function placeOf(cli: Cli, name: string): Promise<LabPlace> {
  return (await places()).requireLab(cli.cwdHostPath, name);
}

/** Keeps a keeper small in a flood of its guest's: what it reads lives shorter than its young generation is large. */
const keeperFlag = '--max-semi-space-size=4';

/** Gives raidlab as labs know it. */
export function labHouse(cli: Cli): LabHouse {
  const [node, ...raidlab] = cli.selfArgv;
  return {
    raidlabVersion: cli.version,
    indexHostPath: cli.labIndexHostPath,
    keeperArgv: (labHostPath) => [node, keeperFlag, ...raidlab, 'keep-lab', labHostPath],
  };
}
