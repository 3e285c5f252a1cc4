/** The lines that a program in the guest wrote to /dev/virtio-ports/org.raidlab.journal. */
export interface Journal {
  readonly takeLine: (line: string) => void;
  /**
   * Calls back for each line, in order. What came while nobody listened goes to the first who does, before this returns.
   */
  readonly onLine: (listener: (line: string) => void) => Disposable;
}

/** Makes an empty journal. */
export function createJournal(): Journal {
  const listeners = new Set<(line: string) => void>();
  let unheard: string[] = [];
  return {
    takeLine: (line) => {
      if (listeners.size === 0) unheard.push(line);
      for (const listener of [...listeners]) listener(line);
    },
    onLine: (listener) => {
      // One set entry for each call, also when the same function listens twice.
      const entry = (line: string): void => {
        listener(line);
      };
      listeners.add(entry);
      const missed = unheard;
      unheard = [];
      for (const line of missed) listener(line);
      return { [Symbol.dispose]: () => void listeners.delete(entry) };
    },
  };
}
