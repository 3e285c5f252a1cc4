import type { Person } from './person.ts';

/** A person's own procedure, as a program for the guest. */
export interface Script {
  /** The name of its file. */
  readonly name: string;
  /** The file's content; it is copied into the guest, with nothing beside it. */
  readonly text: string;
  /** What it is called with; words such as `{spare}` are filled in. */
  readonly args: readonly string[];
  /** How long it may take on a host of usual speed, milliseconds. */
  readonly limitMs: number;
  /** Who answers its questions; null: nobody, it finds the end of its input. */
  readonly person: Person | null;
}

/** Gives the script's place in the guest. */
export function scriptGuestPath({ name }: Script): string {
  return `/root/${name}`;
}
