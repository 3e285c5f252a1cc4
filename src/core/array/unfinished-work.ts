import type { BalanceStatus } from '../btrfs/balance-status.ts';
import type { ReplaceStatus } from '../btrfs/replace-status.ts';
import type { ScrubReport } from '../btrfs/scrub-report.ts';

/** What an array is busy with, or was last. */
export interface WorkSeen {
  readonly balance: BalanceStatus | null;
  readonly replace: ReplaceStatus | null;
  readonly scrub: ScrubReport | null;
}

/** Gives work that was begun on an array and is not over, a sentence each. */
export function unfinishedWork({ balance, replace, scrub }: WorkSeen): readonly string[] {
  return [
    ...(balance === null || balance.state === 'none' ? [] : [`a balance is ${balance.state}: btrfs balance status`]),
    ...(replace?.state === 'started' ? ['a replace is running: btrfs replace status'] : []),
    ...(replace?.state === 'suspended' ? ['a replace is suspended: it goes on when its target is there, or is cancelled'] : []),
    ...(scrub?.state === 'running' ? ['a scrub is running: btrfs scrub status'] : []),
  ];
}

/** Gives the reencryptions that are not over, by what cryptsetup says a container requires; `serial` is its disk. */
export function unfinishedReencryption(serial: string, requirements: readonly string[]): readonly string[] {
  return requirements
    .filter((name) => name.includes('reencrypt'))
    .map((name) => `${serial} is being reencrypted (${name}): cryptsetup reencrypt`);
}
