import { parseConsoleLine } from '../kernel/console-line.ts';

/** kernel/reboot.c, and drivers/tty/sysrq.c for `b` and `o`. */
const restart =
  /^(?:reboot: (?:machine restart|Restarting system|Power down|System halted)|sysrq: (?:Resetting|Power Off)|SysRq : (?:Resetting|Power Off))/u;

/** Tells whether a console line says that the kernel was told to restart the machine, or to turn it off. */
export function isRestartLine(line: string): boolean {
  return restart.test(parseConsoleLine(line).text.trim());
}
