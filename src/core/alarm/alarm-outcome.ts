/**
 * A person's monitoring command: whether it would have told them. It rings when it exits with anything but 0.
 *
 *     exit 0 ··· fault ··· exit 0 ··· exit 1 ··· exit 1 ··· repair ··· exit 0
 *                  └────────────────────┘ how long nobody knew
 */
/** A command that rang. */
export interface AlarmRing {
  readonly exitCode: number;
  /** What it said, cut to a page. */
  readonly said: string;
}

/** What a person's alarm came to in a drill. */
export interface AlarmOutcome {
  /** As it was asked for. */
  readonly command: string;
  /** How often it was run. */
  readonly runs: number;
  /** It rang although nothing had happened; what it says afterwards then tells nothing. */
  readonly rangBefore: AlarmRing | null;
  /** When it first rang after the first fault, and in which step; null when it never did, or no fault came. */
  readonly firstRang: (AlarmRing & { readonly sinceFaultMs: number; readonly step: string | null }) | null;
  /** Whether it could not be run at all: each exit status was 126 or 127. */
  readonly isBroken: boolean;
  /** Whether it still rang when the drill was about to prove its repair; null when it was never run. */
  readonly ringsAtEnd: boolean | null;
}

/** Describes it in a line, behind the word alarm. */
export function describeAlarm({ runs, rangBefore, firstRang, isBroken, ringsAtEnd }: AlarmOutcome): string {
  if (isBroken) return 'could not be run: there is no such command in the guest, or it is not executable';
  if (rangBefore !== null) return `rang before anything had happened (${describeRing(rangBefore)}): it says nothing about the fault`;
  if (firstRang === null) return runs === 0 ? 'never run' : `never rang, in ${String(runs)} runs`;
  const when = firstRang.step === null ? '' : `, in "${firstRang.step}"`;
  const end = ringsAtEnd === true ? '; it still rang after the repair' : '';
  return `rang ${String(Math.round(firstRang.sinceFaultMs / 1000))} s after the fault${when} (${describeRing(firstRang)})${end}`;
}

function describeRing({ exitCode, said }: AlarmRing): string {
  const [first = ''] = said.trim().split('\n');
  return first === '' ? `exit ${String(exitCode)}` : `exit ${String(exitCode)}: ${first}`;
}
