import { randomInt } from 'node:crypto';
import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import { option } from '@optique/core/primitives';
import { string } from '@optique/core/valueparser';
import type { ValueParser } from '@optique/core/valueparser';

const seedWord: ValueParser<'sync', string> = {
  ...string({ metavar: 'SEED' }),
  *suggest(prefix) {
    if ('random'.startsWith(prefix)) yield { kind: 'literal', text: 'random' };
  },
};

/** The option that chooses the payload. */
export const seedOption = optional(
  option('--seed', seedWord, {
    description: message`Seed of the test data (default: 1); "random" picks one and prints it.`,
  }),
);

/** Gives the chosen seed. The default payload is always the same, so that its array is a template; `random` picks another. */
export function seedOf(asked: string | undefined): string {
  // Six digits are easy to read out, and a million payloads are enough.
  return asked === 'random' ? String(randomInt(1_000_000)) : (asked ?? '1');
}
