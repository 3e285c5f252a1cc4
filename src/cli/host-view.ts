import { readFileSync } from 'node:fs';
import type { HostRequirements } from '../core/host/requirements.ts';
import type { HostView } from '../machine/host/host-needs.ts';
import type { Cli } from './cli.ts';
import { createContext } from '../machine/context.ts';

/** Gives the view from which the host is observed. */
export function hostViewOf(cli: Cli): HostView {
  const requirements = JSON.parse(readFileSync(new URL('../../setup/requirements.json', import.meta.url), 'utf8')) as HostRequirements;
  return { requirements, store: cli.store, searchHostPaths: cli.searchHostPaths, mirror: cli.mirrors.everySuite };
}

/** Makes sure, before anything is started or built, that the host has what it takes. Rejects with `host/lacks`. */
export async function requireHostOf(cli: Cli): Promise<void> {
  const { requireHost } = await import('../machine/host/host-needs.ts');
  await requireHost(createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor }), hostViewOf(cli));
}
