import { describeGuestFailure } from './guest.ts';
import type { GuestFailure } from './guest.ts';
import { describeHostFailure } from './host.ts';
import type { HostFailure } from './host.ts';
import { describeImageFailure } from './image.ts';
import type { ImageFailure } from './image.ts';
import { describeLabFailure } from './lab.ts';
import type { LabFailure } from './lab.ts';
import { describeMachineFailure } from './machine.ts';
import type { MachineFailure } from './machine.ts';
import { describeUsageFailure } from './usage.ts';
import type { UsageFailure } from './usage.ts';
import type { FailureDescription } from './description.ts';

/** Everything that can go wrong and is not a finding about storage; the area names the part of raidlab that knows about it. */
export type Failure = UsageFailure | HostFailure | ImageFailure | MachineFailure | GuestFailure | LabFailure;

/** The error that carries a failure. Code states facts; {@link describeFailure} makes the text. */
export class RaidlabError extends Error {
  override readonly name = 'RaidlabError';
  readonly failure: Failure;

  /** Makes the error; its message is the first layer of the description. */
  constructor(failure: Failure, options?: ErrorOptions) {
    super(describeFailure(failure).what, options);
    this.failure = failure;
  }
}

/** Gives the words, the remedy and the exit code for a failure. */
export function describeFailure(failure: Failure): FailureDescription {
  switch (failure.area) {
    case 'usage':
      return describeUsageFailure(failure);
    case 'host':
      return describeHostFailure(failure);
    case 'image':
      return describeImageFailure(failure);
    case 'machine':
      return describeMachineFailure(failure);
    case 'guest':
      return describeGuestFailure(failure);
    case 'lab':
      return describeLabFailure(failure);
  }
}
