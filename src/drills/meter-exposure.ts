import { performance } from 'node:perf_hooks';
import { addToExposure, measureExposure, nothingExposed } from '../core/exposure/measure-exposure.ts';
import type { Exposure } from '../core/exposure/exposure.ts';
import type { Context } from '../machine/context.ts';

/** Measures the exposure of a drill that begins now, by the events that it tells to the context that is given back. */
export function meterExposure(ctx: Context): { readonly ctx: Context; readonly exposure: () => Exposure | null } {
  const startedMs = performance.now();
  let state = nothingExposed;
  return {
    ctx: {
      ...ctx,
      emit: (event) => {
        state = addToExposure(state, event, performance.now() - startedMs);
        ctx.emit(event);
      },
    },
    exposure: () => measureExposure(state, performance.now() - startedMs),
  };
}
