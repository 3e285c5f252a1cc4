import type { EventBody } from '../core/event.ts';
import { formatTimeFactor } from '../core/text/time-limit.ts';
import { labelled } from './text/line.ts';
import type { Line } from './text/line.ts';

/** Gives the line that says how much longer time limits are on this host, and why. */
export function timeFactorLine({ factor, because }: Extract<EventBody, { readonly type: 'time-factor-raised' }>): Line {
  return labelled('limits', `× ${formatTimeFactor(factor)}: ${because}`);
}
