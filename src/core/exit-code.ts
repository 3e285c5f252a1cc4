/**
 * Every exit code of raidlab and what it means; public, documented in docs/exit-codes.md.
 *
 * 64, 69 and 70 are EX_USAGE, EX_UNAVAILABLE and EX_SOFTWARE of sysexits.h; 130 is 128 + SIGINT, as shells report it.
 */
export const exitCodes = {
  held: 0,
  broken: 1,
  inconclusive: 2,
  crashed: 3,
  usage: 64,
  unavailable: 69,
  internal: 70,
  interrupted: 130,
} as const;

/** One of raidlab's exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each exit code means, in a few words; every command's help and docs/exit-codes.md are made from it. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  held: 'every promise held',
  broken: 'a promise was broken: data lost or redundancy not restored; or a drill surprised',
  inconclusive: 'inconclusive: could not be judged',
  crashed: 'the kernel under test crashed',
  usage: 'usage: a bad flag, layout or file',
  unavailable: 'unavailable: the environment cannot run the machine',
  internal: 'a bug in raidlab',
  interrupted: 'interrupted',
};

/** The exit codes of drills that ran together, most decisive first. */
export const exitCodesBySeverity: readonly ExitCode[] = [
  exitCodes.interrupted,
  exitCodes.internal,
  exitCodes.unavailable,
  exitCodes.usage,
  exitCodes.crashed,
  exitCodes.broken,
  exitCodes.inconclusive,
  exitCodes.held,
];

/** Gives the exit code of a run of several drills: the most severe one; 0 for none. */
export function mostSevere(codes: readonly ExitCode[]): ExitCode {
  return exitCodesBySeverity.find((code) => codes.includes(code)) ?? exitCodes.held;
}
