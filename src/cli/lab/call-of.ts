import { defaultLabName } from '../../core/lab/lab-name.ts';
import type { Cli } from '../cli.ts';

/** Gives how to type a command on a lab here: `./raidlab ssh`, or `./raidlab ssh --lab wide` for a lab that is not the default. */
export function callOf(cli: Cli, lab: string): (words: string) => string {
  return (words) => `${cli.program} ${words}${lab === defaultLabName ? '' : ` --lab ${lab}`}`;
}
