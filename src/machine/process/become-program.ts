/**
 * Becomes another program: it has our process, our terminal and our standard streams, its exit status is ours. What was written
 * before must have been handed to the system.
 */
export function becomeProgram(argv: readonly string[]): never {
  // env(1) looks the program up, and says so where there is none: exit 127.
  process.execve?.('/usr/bin/env', ['env', '--', ...argv]);
  throw new Error('a program that was to become another went on');
}
