import type { BootStage } from './boot-word.ts';
import type { BootNote } from './observe-boot.ts';

const stages: Readonly<Record<BootStage, string>> = { kernel: 'the kernel', initramfs: 'the initramfs', system: 'the system' };

/** Says what was noted of a boot, in a line. */
export function describeBootNote(note: BootNote): string {
  switch (note.kind) {
    case 'stage':
      return `boot: ${stages[note.stage]} begins`;
    case 'unit':
    case 'end':
      return `boot: ${note.said}`;
    case 'wait':
      return `boot: waits for ${note.waitingFor}, ${note.limitSeconds === null ? 'without a limit' : `at most ${String(note.limitSeconds)} s`}`;
    case 'passphrase':
      return `boot: asks for a passphrase: ${note.said}`;
  }
}

/** Gives a line that was typed at a boot's console, as one reads it: Enter alone is one, too. */
export function describeTyped(line: string): string {
  return line === '' ? '# Enter' : line;
}
