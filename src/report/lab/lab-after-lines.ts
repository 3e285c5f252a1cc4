import type { ArrayPicture } from '../../core/array/array-picture.ts';
import { chunksOutsideProfile, profileOfType } from '../../core/btrfs/profile-judgement.ts';
import { describeProfiles } from '../../core/layout/profile.ts';
import type { ChunkProfiles } from '../../core/layout/profile.ts';
import { describeChunks } from '../../core/proof/judge-profiles.ts';
import { line, span } from '../text/line.ts';
import type { Line } from '../text/line.ts';

/** A step of a drill, and whether it was completed. */
export interface StepDone {
  readonly title: string;
  readonly completed: boolean;
}

/**
 * Gives the final lines of an act on a lab that is on again: the array's present state, and which steps were not done. The picture is
 * null if the guest does not answer; `steps` are empty if nothing was begun.
 */
export function labAfterLines(
  lab: string,
  picture: ArrayPicture | null,
  profiles: ChunkProfiles,
  steps: readonly StepDone[],
): readonly Line[] {
  const trouble = picture === null ? ['its guest does not report on its array'] : arrayTroubles(picture, profiles);
  const devices = picture?.devices.map(({ devid, serial }) => `devid ${String(devid)} ${serial ?? 'missing'}`).join(', ') ?? '';
  const now =
    trouble.length === 0
      ? `its array is ${devices}, mounted on ${picture?.mountPoint ?? 'nothing'}, every chunk ${describeProfiles(profiles)}`
      : trouble.join('; ');
  const undone = steps.filter(({ completed }) => !completed).map(({ title }) => title);
  return [
    line(0, [span(`${lab} is on again`), span(`: ${now}.`, trouble.length === 0 ? 'plain' : 'bad')], 2),
    ...(undone.length === 0 ? [] : [line(0, [span(`Not done, or not finished: ${undone.join('; ')}.`, 'bad')], 2)]),
  ];
}

function arrayTroubles({ mountPoint, mount, devices, usage }: ArrayPicture, profiles: ChunkProfiles): readonly string[] {
  if (mount === null) return [`nothing is mounted on ${mountPoint}`];
  const missing = devices.filter(({ serial }) => serial === null).map(({ devid }) => `devid ${String(devid)} is missing`);
  const outside = usage === null ? [] : chunksOutsideProfile(usage, profiles);
  const unlike = outside.map((chunks) => `not ${profileOfType(chunks.type, profiles)}: ${describeChunks(chunks)}`);
  return [...missing, ...(mount.options.includes('ro') ? ['it is mounted read-only'] : []), ...unlike];
}
