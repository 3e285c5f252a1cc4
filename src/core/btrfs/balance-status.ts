import { OutputLines } from '../parsing/output-lines.ts';

/** What a balance is doing, according to `btrfs balance status`. */
export type BalanceStatus =
  | { readonly state: 'none' }
  | {
      readonly state: 'running' | 'paused';
      /** A request that the running balance has not obeyed yet. */
      readonly requested: 'cancel' | 'pause' | null;
      readonly balancedChunks: number;
      /** The tool's own estimate of their number. */
      readonly expectedChunks: number;
      readonly consideredChunks: number;
    };

const tool = 'btrfs balance status';

/** Parses `btrfs balance status PATH`, which exits 1 while there is a balance. The filters that `-v` adds are refused. */
export function parseBalanceStatus(text: string): BalanceStatus {
  const lines = new OutputLines(tool, text);
  const status = takeStatus(lines);
  lines.end();
  return status;
}

function takeStatus(lines: OutputLines): BalanceStatus {
  if (lines.takeIf(/^No balance found on '.+'$/) !== null) return { state: 'none' };
  const state = lines.take(
    "Balance on 'PATH' is running or paused",
    /^Balance on '.+' is (?:(paused)|running(?:, (cancel|pause) requested)?)$/,
  );
  const progress = lines.take(
    'N out of about M chunks balanced',
    /^(\d+) out of about (\d+) chunks balanced \((\d+) considered\), +-?(?:\d+|nan|inf)% left$/,
  );
  const requested = state.optional(2);
  return {
    state: state.optional(1) === null ? 'running' : 'paused',
    requested: requested === 'cancel' || requested === 'pause' ? requested : null,
    balancedChunks: progress.number(1),
    expectedChunks: progress.number(2),
    consideredChunks: progress.number(3),
  };
}
