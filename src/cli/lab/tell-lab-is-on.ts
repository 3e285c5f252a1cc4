import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { predictUsableBytes } from '../../core/layout/usable-space.ts';
import type { LabPlace } from '../../lab/place/lab-place.ts';
import { labIsOnLines } from '../../report/lab/lab-lines.ts';
import type { Cli } from '../cli.ts';
import { callOf } from './call-of.ts';

/** Says that a lab is on, what it is, and what to type next. */
export async function tellLabIsOn(cli: Cli, place: LabPlace, what: string): Promise<ExitCode> {
  const { readLabState } = await import('../../lab/place/state-file.ts');
  const { layout, kernel, tools, sshPort, isProvisioned } = await readLabState(place);
  const summary = {
    layout,
    usableBytes: predictUsableBytes(layout),
    kernel,
    tools,
    sshPort: sshPort ?? 0,
    isProvisioned,
    call: callOf(cli, place.name),
  };
  cli.screen.keep(labIsOnLines(summary, what));
  return exitCodes.held;
}
