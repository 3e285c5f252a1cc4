import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { hasReachedLogin } from '../../core/lab/describe-lab-boot.ts';
import { predictUsableBytes } from '../../core/layout/usable-space.ts';
import type { LabPlace } from '../../lab/place/lab-place.ts';
import { labIsOnLines } from '../../report/lab/lab-lines.ts';
import type { Cli } from '../cli.ts';
import { callOf } from './call-of.ts';

/** Says that a lab is on, what it is, and what to type next; gives 1 where an installed system's boot has not reached its login. */
export async function tellLabIsOn(cli: Cli, place: LabPlace, what: string): Promise<ExitCode> {
  const { readLabState } = await import('../../lab/place/state-file.ts');
  const { layout, kernel, tools, sshPort, isProvisioned, life } = await readLabState(place);
  const boot = life.state === 'on' ? life.machine.boot : undefined;
  const summary = {
    layout,
    usableBytes: predictUsableBytes(layout),
    kernel,
    tools,
    sshPort: sshPort ?? 0,
    isProvisioned,
    boot,
    call: callOf(cli, place.name),
  };
  cli.screen.keep(labIsOnLines(summary, what));
  return hasReachedLogin(boot) ? exitCodes.held : exitCodes.broken;
}
