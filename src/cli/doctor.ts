import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command, option } from '@optique/core/primitives';
import { harmlessJson } from '../core/text/harmless-text.ts';
import { canRunDrill, judgeHost } from '../core/host/doctor.ts';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { createContext } from '../machine/context.ts';
import { doctorLines } from '../report/doctor-lines.ts';
import type { Cli } from './cli.ts';
import { defineCommand } from './define-command.ts';
import type { Example } from './help-page.ts';
import { hostViewOf } from './host-view.ts';

/** The command line of `raidlab doctor`. */
const doctorArguments = command(
  'doctor',
  object({
    json: option('--json', { description: message`Prints one JSON document.` }),
  }),
  {
    brief: message`Checks whether this host can run drills, and says how to fix what is missing.`,
    description: message`Checks programs, KVM, user namespaces, disk space, memory and the mirror.`,
  },
);

/** The parsed command line of `raidlab doctor`. */
type DoctorCommand = InferValue<typeof doctorArguments>;

/** Examples for `raidlab doctor`. */
const doctorExamples: readonly Example[] = [
  { words: 'doctor', does: 'Lists what is missing, with the command that fixes it.' },
  { words: 'doctor --json', does: 'The findings as JSON.' },
];

/** Looks at the host and judges it. */
async function runDoctorCommand(cli: Cli, asked: DoctorCommand): Promise<ExitCode> {
  const { observeHost } = await import('../machine/host/host-facts.ts');
  const view = hostViewOf(cli);
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  const findings = judgeHost(view.requirements, await observeHost(ctx, view));
  const canRun = canRunDrill(findings);
  if (asked.json) cli.screen.data(`${harmlessJson({ v: 1, canRunDrill: canRun, findings })}\n`);
  else cli.screen.keep(doctorLines(findings, cli.program));
  return canRun ? exitCodes.held : exitCodes.unavailable;
}

/** `raidlab doctor`. */
export const doctorCommand = defineCommand({ parser: () => doctorArguments, examples: doctorExamples, run: runDoctorCommand });
