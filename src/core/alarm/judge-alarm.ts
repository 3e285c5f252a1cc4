import type { EventBody } from '../event.ts';
import type { AlarmOutcome, AlarmRing } from './alarm-outcome.ts';

/** How far an alarm's story has come. */
export interface AlarmState {
  readonly faultMs: number | null;
  readonly step: string | null;
  readonly rangBefore: AlarmRing | null;
  readonly firstRang: AlarmOutcome['firstRang'];
  readonly last: AlarmRing | null;
  /** Whether the command has ever answered. */
  readonly hasRun: boolean;
}

/** Before the first event. */
export const noAlarmYet: AlarmState = { faultMs: null, step: null, rangBefore: null, firstRang: null, last: null, hasRun: false };

/** Gives the state with one event more, which came at that time, milliseconds. */
export function addToAlarm(state: AlarmState, event: EventBody, atMs: number): AlarmState {
  switch (event.type) {
    case 'step-started':
      return { ...state, step: event.title };
    case 'fault-injected':
      return { ...withRing({ ...state, faultMs: state.faultMs ?? atMs }, state.last, atMs) };
    case 'alarm-changed':
      return withRing({ ...state, last: event, hasRun: state.hasRun || !cannotRun(event.exitCode) }, event, atMs);
    default:
      return state;
  }
}

function withRing(state: AlarmState, ring: AlarmRing | null, atMs: number): AlarmState {
  if (ring === null || !isRinging(ring)) return state;
  const { exitCode, said } = ring;
  if (state.faultMs === null) return { ...state, rangBefore: state.rangBefore ?? { exitCode, said } };
  return { ...state, firstRang: state.firstRang ?? { exitCode, said, sinceFaultMs: atMs - state.faultMs, step: state.step } };
}

/** 126 and 127 say that there is no such command, not that anything is wrong with an array: as every shell has it. */
function isRinging({ exitCode }: AlarmRing): boolean {
  return exitCode !== 0 && !cannotRun(exitCode);
}

function cannotRun(exitCode: number): boolean {
  return exitCode === 126 || exitCode === 127;
}

/** Gives what an alarm came to that was run so many times. */
export function judgeAlarm({ rangBefore, firstRang, last, hasRun }: AlarmState, command: string, runs: number): AlarmOutcome {
  return {
    command,
    runs,
    rangBefore,
    firstRang,
    isBroken: last !== null && !hasRun,
    ringsAtEnd: last === null ? null : isRinging(last),
  };
}
