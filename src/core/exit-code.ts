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
