import { ringOfLines } from '../../core/bounds/ring.ts';

/** The lines that a program in the guest wrote to /dev/virtio-ports/org.raidlab.journal. */
export interface Journal {
  readonly takeLine: (line: string) => void;
  /** Calls back for each line, in order. The first listener also gets what came before, or the end of it, before this returns. */
  readonly onLine: (listener: (line: string) => void) => Disposable;
}

/** What is kept while nobody listens: nobody listens to a lab's port, and anybody in the lab may write there. */
const unheardBound = { items: 4096, weight: 1024 * 1024 };

/** Makes an empty journal. */
export function createJournal(): Journal {
  const listeners = new Set<(line: string) => void>();
  const unheard = ringOfLines(unheardBound);
  return {
    takeLine: (line) => {
      if (listeners.size === 0) unheard.add(line);
      for (const listener of [...listeners]) listener(line);
    },
    onLine: (listener) => {
      // One set entry per call, even when the same function listens twice.
      const entry = (line: string): void => {
        listener(line);
      };
      listeners.add(entry);
      for (const line of unheard.take().items) listener(line);
      return { [Symbol.dispose]: () => void listeners.delete(entry) };
    },
  };
}
