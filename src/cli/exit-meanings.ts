import { exitCodeMeanings, exitCodes } from '../core/exit-code.ts';

/** What an exit code means: the code or a range of codes, and words. */
export type ExitMeaning = readonly [code: string, meaning: string];

/** All exit codes, of drills and of raidlab as a whole. */
export const allExits: readonly ExitMeaning[] = Object.entries(exitCodes).map(([name, code]) => [
  String(code),
  exitCodeMeanings[name as keyof typeof exitCodes],
]);

const meaningOf = (name: keyof typeof exitCodes): ExitMeaning => [String(exitCodes[name]), exitCodeMeanings[name]];
const usage = meaningOf('usage');
const unavailable = meaningOf('unavailable');
const ended = [meaningOf('internal'), meaningOf('interrupted')];

/** A command that reads, writes or builds on the host. */
const onHost: readonly ExitMeaning[] = [['0', 'done'], usage, unavailable, ...ended];

/** A command that does something to a lab and its machine. */
const onLab = (...own: readonly ExitMeaning[]): readonly ExitMeaning[] => [
  ['0', 'done'],
  ...own,
  ['2', 'the machine of the lab, or a command in it, failed'],
  ['3', 'the kernel of the lab crashed'],
  usage,
  ['69', 'unavailable: the lab is off, or this host cannot run it'],
  ...ended,
];

/** A command that turns a lab on. */
const turningOn = onLab(['1', 'the lab is on, but its boot did not reach the login: see `raidlab console`']);

/** A command that becomes ssh or scp. */
const becoming = (...own: readonly ExitMeaning[]): readonly ExitMeaning[] => [
  ...own,
  ['255', 'the connection failed or was lost'],
  ['64', 'raidlab itself: a bad flag, or no such lab'],
  ['69', 'raidlab itself: the lab is off'],
];

const byCommand: Readonly<Record<string, readonly ExitMeaning[]>> = {
  doctor: [['0', 'a drill can run on this host'], usage, ['69', 'no drill can run on this host'], ...ended],
  'kernel-log': [
    ['0', 'the kernel did not crash'],
    ['2', 'could not be judged'],
    ['3', 'the kernel crashed'],
    ['64', 'usage: a bad flag, or a file that cannot be read'],
    ...ended,
  ],
  audit: [
    ['0', 'nothing is wrong that raidlab knows of'],
    ['1', 'something is wrong'],
    ['2', 'could not be judged: too little could be seen, or there is no array'],
    ['64', 'usage: a bad flag, or a file that is no document of facts'],
    unavailable,
    ...ended,
  ],
  matrix: [
    ['0', 'everything was run, and came as expected'],
    ['1', 'something was bad that is not known'],
    ['2', 'something could not be judged, or was given up because the machine failed'],
    usage,
    unavailable,
    ...ended,
  ],
  up: turningOn,
  reload: turningOn,
  ssh: becoming(['N', 'whatever the command in the lab returned']),
  cp: becoming(['0', 'copied'], ['1', 'scp failed: see what it printed']),
};

const drillLike = new Set(['drill', 'merge', 'prove', 'simulate-disk-failure']);
const labCommands = new Set(['provision', 'halt', 'crash', 'destroy', 'status', 'console', 'disk', 'snapshot']);

/** Gives the exit codes that a command can end with; all of raidlab's without one. */
export function exitsOf(command: string | undefined): readonly ExitMeaning[] {
  if (command === undefined || drillLike.has(command)) return allExits;
  return byCommand[command] ?? (labCommands.has(command) ? onLab() : onHost);
}
