import type { Mirrors } from '../../core/image/mirrors.ts';
import type { LabState } from '../../core/lab/lab-state.ts';
import type { OpenStore } from '../../machine/cache/open-store.ts';
import type { Context } from '../../machine/context.ts';
import type { BootedParts } from '../../machine/template/booted-template.ts';
import { prepareParts } from '../../machine/template/prepare-parts.ts';

/** Gives what a lab's machine is made from; missing images are built. Rejects as `prepareParts` does. */
export async function prepareLabParts(ctx: Context, store: OpenStore, state: LabState, mirrors: Mirrors): Promise<BootedParts> {
  const parts = await prepareParts(ctx, store, { ...state, bus: state.layout.bus }, mirrors);
  return { ...parts, network: {}, hasShellLine: true };
}
