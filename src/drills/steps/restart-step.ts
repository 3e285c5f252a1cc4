import type { Step } from '../drill.ts';
import { act } from './plan-line.ts';

/** An orderly restart with unchanged disks: whatever only worked because it was already open does not come back. */
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
