import { defaultLayout } from '../../core/layout/layout.ts';
import type { TimedEvent } from './timed-event.ts';

/** Gives where the array of a drill is mounted. */
export function arrayMountPoint(events: readonly TimedEvent[]): string {
  const started = events.find(({ event }) => event.type === 'drill-started')?.event;
  return (started?.type === 'drill-started' ? started.mountPoint : undefined) ?? defaultLayout.mountPoint;
}
