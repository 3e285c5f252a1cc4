/** One parsed line of a machine's console. */
export interface ConsoleLine {
  /** The message without stamp, caller and terminal control; the indentation of a kernel line is kept. */
  readonly text: string;
  /** Seconds since boot from the kernel's stamp; null without one (user space wrote the line, or the kernel prints no stamps). */
  readonly atSeconds: number | null;
  /** Who printed it, if the kernel says so (CONFIG_PRINTK_CALLER): `T2833` a task, `C0` a processor. */
  readonly caller: string | null;
}

/** What terminals act on and nobody reads: CSI and OSC sequences, two-character escapes, then the C0 controls except the tab. */
const terminalControl =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]|[\u0000-\u0008\u000a-\u001f\u007f]/gu;

/**
 * The stamp that the kernel puts before a message: `[%5lu.%06lu]`, and with CONFIG_PRINTK_CALLER `[%*s]` of `T<pid>` or `C<cpu>`
 * (print_time() and print_caller() in kernel/printk/printk.c). It may stand behind what user space left on the line.
 */
const stamp = /\[ *(\d{1,12}\.\d{6})\](?:\[ *([TC]\d{1,10})\])? ?/u;

/** Removes from a line what only a terminal acts on. */
export function withoutTerminalControl(line: string): string {
  return line.replace(terminalControl, '');
}

/** Parses a console line. Never throws: anything may be written to the console. */
export function parseConsoleLine(line: string): ConsoleLine {
  const plain = withoutTerminalControl(line);
  const found = stamp.exec(plain);
  if (found === null) return { text: plain.trimEnd(), atSeconds: null, caller: null };
  return {
    text: plain.slice(found.index + found[0].length).trimEnd(),
    atSeconds: Number(found[1]),
    caller: found[2] ?? null,
  };
}
