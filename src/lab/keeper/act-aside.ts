import type { ActDone, KeeperAside } from '../../core/lab/keeper-protocol.ts';
import type { MountedArray } from '../../core/plan/array.ts';
import { steadyContext, withDeadline } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import type { Guest } from '../../machine/guest.ts';
import { lookAtArray } from '../../storage/look-at-array.ts';
import { openConsole } from '../console/open-console.ts';

// Commands for status and console do not wait for a hung guest.
const timeoutMs = 20_000;

/** Serves a request that waits for no other act; `array` is as it was built. Rejects as `lookAtArray` and `openConsole` do, and with `host/wait-timed-out`. */
export async function actAside(ctx: Context, guest: Guest, act: KeeperAside, array: MountedArray): Promise<ActDone> {
  using limited = withDeadline({ ...steadyContext(ctx), signal: ctx.signal }, 'the guest to answer', timeoutMs);
  if (act.op === 'look') return { changed: false, picture: await lookAtArray(limited, guest, array) };
  await openConsole(limited, guest, act);
  return { changed: false };
}
