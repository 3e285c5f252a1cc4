/**
 * Becomes another program, with our process id, terminal, standard streams and exit status. Pending output must have been handed to the
 * system before.
 */
export function becomeProgram(argv: readonly string[]): never {
  // env(1) finds the program, or reports that there is none: exit 127.
  process.execve?.('/usr/bin/env', ['env', '--', ...argv]);
  throw new Error('a program that was to become another went on');
}
