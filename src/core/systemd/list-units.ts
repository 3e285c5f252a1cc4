import * as v from 'valibot';
import { command } from '../plan/command.ts';
import { readJsonOutput } from '../parsing/json-output.ts';
import { list, onlyFields, text } from '../parsing/json-shape.ts';

/** A unit as systemd has it: systemctl(1), list-units. */
export interface Unit {
  readonly unit: string;
  /** `loaded`, `not-found`, … */
  readonly load: string;
  /** `active`, `inactive`, `failed`, `activating`, … */
  readonly active: string;
  /** Of its type: `mounted`, `dead`, `running`, … */
  readonly sub: string;
  readonly description: string;
}

/** The command that lists the units that failed. */
export const planListFailedUnits = command('systemctl', 'list-units', '--failed', '--all', '--output=json');

// The column of jobs is there while a listed unit has one.
const printedShape = list(
  onlyFields({ unit: text, load: text, active: text, sub: text, job: v.exactOptional(v.nullable(text)), description: text }),
);

/** Parses `systemctl list-units --output=json`. */
export function parseListUnits(printed: string): readonly Unit[] {
  return readJsonOutput('systemctl list-units', printedShape, printed).map(({ unit, load, active, sub, description }) => ({
    unit,
    load,
    active,
    sub,
    description,
  }));
}
