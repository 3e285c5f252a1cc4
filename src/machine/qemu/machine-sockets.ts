import { join } from 'node:path';

/** The unix sockets through which a machine is controlled; QEMU makes them, in the machine's scratch directory. */
export interface MachineSockets {
  readonly qmpHostPath: string;
  readonly agentHostPath: string;
  readonly consoleHostPath: string;
  readonly journalHostPath: string;
  /** Exists only if the machine has such a line. */
  readonly shellHostPath: string;
}

/** Gives the paths of a machine's sockets. Names are short: a socket's whole path may have 107 bytes, see unix(7). */
export function planMachineSockets(scratchHostPath: string): MachineSockets {
  return {
    qmpHostPath: join(scratchHostPath, 'qmp.sock'),
    agentHostPath: join(scratchHostPath, 'agent.sock'),
    consoleHostPath: join(scratchHostPath, 'console.sock'),
    journalHostPath: join(scratchHostPath, 'journal.sock'),
    shellHostPath: join(scratchHostPath, 'shell.sock'),
  };
}
