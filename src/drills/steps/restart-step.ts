import type { Step } from '../drill.ts';
import { act } from './plan-line.ts';

/** An orderly restart with the disks as they are: what only worked because it was open already does not come back. */
export const restart: Step = {
  name: 'restart',
  title: 'Restart the machine',
  phase: 'fault',
  skippable: false,
  plan: () => [act('clean shutdown; power on again')],
  run: async (run) => {
    await run.shutdown();
    await run.boot();
  },
};
