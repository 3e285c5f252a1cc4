import { describeLabBoot, hasReachedLogin } from '../../core/lab/describe-lab-boot.ts';
import type { AskedSsh } from '../../core/lab/plain-ssh.ts';
import { formatCommand } from '../../core/plan/command.ts';
import { requireKeeper } from '../../lab/inspect-lab.ts';
import { requireLab, sshFiles } from '../../lab/place/lab-place.ts';
import { becomeProgram } from '../../machine/process/become-program.ts';
import { line } from '../../report/text/line.ts';
import type { Cli } from '../cli.ts';

/** Becomes ssh to a lab. Rejects with `lab/not-on` and `lab/no-lab`. */
export async function becomeSsh(cli: Cli, asked: AskedSsh): Promise<never> {
  const place = await requireLab(cli.cwdHostPath, asked.lab);
  const { lab } = await requireKeeper(place);
  const { life } = lab.state;
  const boot = life.state === 'on' ? life.machine.boot : undefined;
  if (boot !== undefined && !hasReachedLogin(boot)) {
    const text = `The boot of ${place.name} has not reached its login: ${describeLabBoot(boot)}. Where ssh does not answer, \`raidlab console\` does.`;
    cli.screen.complain([line(0, text)]);
  }
  const [first, ...others] = asked.words;
  const remote = first === undefined ? [] : [others.length === 0 ? first : formatCommand({ argv: asked.words })];
  return becomeProgram(['ssh', '-F', sshFiles(place).configHostPath, place.name, ...remote]);
}
