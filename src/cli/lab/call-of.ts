import { defaultLabName } from '../../core/lab/lab-name.ts';
import type { Cli } from '../cli.ts';

/** Gives how a command on a lab is typed here: `./raidlab ssh`, and `./raidlab ssh --lab wide` where it is not the default lab. */
export function callOf(cli: Cli, lab: string): (words: string) => string {
  return (words) => `${cli.program} ${words}${lab === defaultLabName ? '' : ` --lab ${lab}`}`;
}
