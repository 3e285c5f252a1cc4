import { describeFaultWish } from '../../core/fault/fault-wish.ts';
import type { ProofCase } from '../../core/prove/proof-case.ts';
import type { ArrayNames } from '../../core/prove/names-of-array.ts';
import { predictUsableBytes } from '../../core/layout/usable-space.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import type { Drill, Step } from '../drill.ts';
import { buildArray, startWriter, writePayload } from '../steps/build-steps.ts';
import { fillLike } from '../steps/fill-steps.ts';
import { injectWishes } from './inject-wishes.ts';
import { restartAsBoot } from './restart-as-boot.ts';
import { runScript } from './run-script.ts';
import type { Script } from './script.ts';
import { useNames } from './use-names.ts';

/** The share of the room for data that is taken on a full array, beside the test files: a tenth more, and nothing at all can be repaired. */
const fullShare = 0.75;

const payloadBytes = 32 * 1024 ** 2;

/**
 * Gives the drill whose repair is a person's script: the array is built and filled, loses what the case says while it is in service, is
 * restarted as a boot does it, and then the script has it. What it leaves is proved like any other repair.
 */
export function proveDrill(script: Script, proofCase: ProofCase, names: ArrayNames | null = null): Drill {
  const { name, when, layout, faults, isFull, isReordered, isRestarted } = proofCase;
  return {
    name: name === 'as-asked' ? 'prove' : `prove-${name}`,
    promise: `The script ${script.name} repairs the array ${when}.`,
    story: `${faults.map(describeFaultWish).join('; ')}. ${script.name} then does what its author does.`,
    sources: [],
    tags: [],
    layout,
    layouts: [],
    payloadBytes,
    steps: [
      buildArray,
      writePayload,
      ...(names === null ? [] : [useNames(names)]),
      ...(isFull ? [fillNearly(layout)] : []),
      startWriter,
      injectWishes(faults),
      ...(isRestarted ? [restartAsBoot(isReordered)] : []),
      runScript(script, faults),
    ],
    proof: 'full',
    twin: null,
  };
}

/** Takes the room without writing to it, so that it does not take minutes. Not in the build: a template would be as large. */
function fillNearly(layout: ArrayLayout): Step {
  const mebibytes = Math.floor((predictUsableBytes(layout) * fullShare) / 1024 ** 2);
  return { ...fillLike(mebibytes * 1024 ** 2), name: 'fill', title: 'Fill the array, but for a fifth', phase: 'fault' };
}
