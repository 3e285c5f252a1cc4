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

/** Gives the option that names a lab; the shell completes the labs that can be reached from here. */
export function labOption(cli: Cli) {
  const known = knownWord('NAME', async () => (await (await places()).listLabNames(cli.cwdHostPath)).map((word) => ({ word })));
  return withDefault(
    option('--lab', known, { description: message`Name of the lab; looked up in this directory and its parents.` }),
    defaultLabName,
  );
}

/** Gives the lab named in the words typed so far, the last of which may be incomplete: for completion. */
export function typedLab({ argv }: Pick<Cli, 'argv'>): string {
  const at = argv.findLastIndex((word) => word === '--lab' || word.startsWith('--lab='));
  const named = argv[at]?.startsWith('--lab=') === true ? argv[at].slice('--lab='.length) : argv[at + 1];
  return at < 0 ? defaultLabName : (named ?? defaultLabName);
}

/** Gives the place of the named lab. Rejects with `lab/no-lab` and `lab/bad-name`. */
export async function placeOf(cli: Cli, name: string): Promise<LabPlace> {
  return (await places()).requireLab(cli.cwdHostPath, name);
}

/** Gives what labs need to know about raidlab. */
export function labHouse(cli: Cli): LabHouse {
  return {
    raidlabVersion: cli.version,
    indexHostPath: cli.labIndexHostPath,
    keeperArgv: (labHostPath) => [...cli.selfArgv, 'keep-lab', labHostPath],
  };
}
