import type { Context } from '../context.ts';
import type { Guest } from '../guest.ts';
import type { AgentClient } from './agent-client.ts';

/** How long anything waits for the agent to begin, unless it has a shorter limit of its own, milliseconds on a host of usual speed. */
const beginTimeoutMs = 30_000;

/** Resolves when the agent has begun; rejects with `machine/agent-silent` when it does not within the limit, and as the machine's end says. */
export async function untilBegun(ctx: Context, agent: AgentClient, withinMs = Number.POSITIVE_INFINITY): Promise<void> {
  await agent.ready(ctx, Math.min(withinMs, beginTimeoutMs));
}

/**
 * Gives a guest that waits until its agent has begun: one that began later would do what was asked when nobody wants it any more. A
 * command that has a limit waits no longer than that.
 */
export function createPatientGuest(guest: Guest, agent: AgentClient): Guest {
  return {
    machine: guest.machine,
    run: async (ctx, argv, options) => {
      await untilBegun(ctx, agent, options?.timeoutMs);
      return guest.run(ctx, argv, options);
    },
    start: async (ctx, argv, options) => {
      await untilBegun(ctx, agent);
      return guest.start(ctx, argv, options);
    },
    readFile: async (ctx, guestPath) => {
      await untilBegun(ctx, agent);
      return guest.readFile(ctx, guestPath);
    },
    writeFile: async (ctx, guestPath, content, mode) => {
      await untilBegun(ctx, agent);
      await guest.writeFile(ctx, guestPath, content, mode);
    },
  };
}
