import * as v from 'valibot';
import type { BootSeen } from './boot-seen.ts';
import type { BootEnd, BootStage, UnitTrouble } from './boot-word.ts';
import type { BootNote } from './observe-boot.ts';
import { amount, fields, oneOfAll, oneOfObjects, onlyFields, text } from '../parsing/json-shape.ts';
import type { Shape } from '../parsing/json-shape.ts';

const stage = oneOfAll<BootStage>({ kernel: true, initramfs: true, system: true });
const end = oneOfAll<BootEnd>({ login: true, emergency: true, 'initramfs-shell': true, locked: true });
const trouble = oneOfAll<UnitTrouble>({ failed: true, 'timed-out': true, 'dependency-failed': true });

const note: Shape<BootNote> = oneOfObjects('kind', [
  onlyFields({ kind: v.literal('stage'), stage }),
  onlyFields({ kind: v.literal('unit'), trouble, unit: v.nullable(text), said: text }),
  onlyFields({ kind: v.literal('wait'), waitingFor: text, elapsedSeconds: amount, limitSeconds: v.nullable(amount) }),
  onlyFields({ kind: v.literal('passphrase'), said: text }),
  onlyFields({ kind: v.literal('end'), end, said: text }),
]);

/** How a boot stands: where it ended, or how far it is. */
const standing = {
  end: v.nullable(end),
  stage,
  said: text,
  afterMs: amount,
  limit: v.nullable(onlyFields({ usualMs: amount, factor: amount })),
};

/** What is kept of a boot. */
export const bootShape: Shape<Omit<BootSeen, 'units'>> = fields(standing);

/** What the events of a boot must be. */
export const bootEventShapes = {
  'boot-noted': { machine: text, note, afterMs: amount },
  'boot-ended': { machine: text, ...standing },
  'console-typed': { machine: text, line: text },
} as const;
