import type { LabLife } from './lab-state.ts';

/** What happened to the process that keeps a lab: see FoundKeeper in src/lab/keeper/keeper-record.ts. */
export type KeeperFate = 'none' | 'alive' | 'dead' | 'dead-host-restarted' | 'elsewhere';

/** The condition of a lab. */
export type LabCondition =
  | { readonly is: 'on'; readonly since: string }
  /** Its keeper lives, but its machine is not on (yet, or any more). */
  | { readonly is: 'changing' }
  | { readonly is: 'off'; readonly how: 'new' | 'halt' | 'crash'; readonly since: string }
  /** `since` is null if nobody saw it happen. */
  | { readonly is: 'died'; readonly since: string | null; readonly why: string; readonly lastConsoleLines: readonly string[] };

/** A lab in a list. */
export interface ListedLab {
  readonly name: string;
  readonly hostPath: string;
  /** Its condition; null when that cannot be read, and `trouble` says why. */
  readonly condition: LabCondition | null;
  readonly trouble: string | null;
  /** In words; null when `condition` is. */
  readonly layout: string | null;
  readonly kernel: string | null;
  readonly sshPort: number | null;
}

/** Gives a lab's condition, from its recorded state and from which processes still live. */
export function judgeLab(life: LabLife, keeper: KeeperFate): LabCondition {
  const lives = keeper === 'alive' || keeper === 'elsewhere';
  switch (life.state) {
    case 'on':
      if (lives) return { is: 'on', since: life.at };
      return { is: 'died', since: null, why: whyGone(keeper), lastConsoleLines: [] };
    case 'off':
      return lives ? { is: 'changing' } : { is: 'off', how: life.how, since: life.at };
    case 'died':
      return lives ? { is: 'changing' } : { is: 'died', since: life.at, why: life.why, lastConsoleLines: life.lastConsoleLines };
  }
}

function whyGone(keeper: KeeperFate): string {
  return keeper === 'dead-host-restarted'
    ? 'the host was restarted while it was on'
    : 'the process that kept it was killed, and its machine with it';
}

/** Describes a lab that is not on, to complete "The lab … is off: …". */
export function describeCondition(condition: LabCondition): string {
  switch (condition.is) {
    case 'on':
      return 'it is on';
    case 'changing':
      return 'another command is turning it on or off';
    case 'off':
      return { new: 'it has never been on', halt: 'it was halted', crash: 'its power was cut' }[condition.how];
    case 'died':
      return condition.why;
  }
}
