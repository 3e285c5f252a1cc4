import { performance } from 'node:perf_hooks';
import type { AlarmOutcome } from '../../core/alarm/alarm-outcome.ts';
import { addToAlarm, judgeAlarm, noAlarmYet } from '../../core/alarm/judge-alarm.ts';
import type { Context } from '../../machine/context.ts';
import type { AlarmWatch } from './alarm-watch.ts';

/** Listens for the alarm of a drill that begins now, by the events that it tells to the context that is given back. */
export function listenForAlarm(ctx: Context): { readonly ctx: Context; readonly judge: (watch: AlarmWatch) => AlarmOutcome } {
  const startedMs = performance.now();
  let state = noAlarmYet;
  return {
    ctx: {
      ...ctx,
      emit: (event) => {
        state = addToAlarm(state, event, performance.now() - startedMs);
        ctx.emit(event);
      },
    },
    judge: ({ alarm, runs }) => judgeAlarm(state, alarm.command, runs),
  };
}
