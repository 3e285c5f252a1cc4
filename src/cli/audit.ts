import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { command, option } from '@optique/core/primitives';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { auditFacts } from '../core/facts/audit/audit.ts';
import type { AuditOutcome } from '../core/facts/audit/audit.ts';
import type { KnownTrouble } from '../core/facts/audit/known-trouble.ts';
import { revealFacts } from '../core/facts/names.ts';
import { namedLayouts } from '../core/layout/named-layout.ts';
import { harmlessJson } from '../core/text/harmless-text.ts';
import { auditLines } from '../report/audit-lines.ts';
import type { Cli } from './cli.ts';
import { defineCommand } from './define-command.ts';
import type { Example } from './help-page.ts';
import { factsOptions, findFacts } from './options/facts-input.ts';

/** The command line of `raidlab audit`. */
const auditArguments = command(
  'audit',
  object({
    ...factsOptions,
    json: option('--json', { description: message`Prints one JSON document.` }),
  }),
  {
    brief: message`Says what is wrong with your arrays today, worst first, and what to type.`,
    description: message`Reads only. It also says what happens when each disk dies, and how large its replacement must be. Exits 1 with findings, 2 if it could not see enough: run it as root.`,
  },
);

/** The parsed command line of `raidlab audit`. */
type AuditCommand = InferValue<typeof auditArguments>;

/** Examples for `raidlab audit`. */
const auditExamples: readonly Example[] = [
  { words: 'audit', does: 'The arrays of this host; run it as root to see everything.' },
  { words: 'audit facts.json --map facts.map', does: 'Facts that were collected elsewhere, with their real names.' },
  { words: 'audit --json', does: 'Findings as JSON, for monitoring.' },
];

const exitCodeOf: Readonly<Record<AuditOutcome, ExitCode>> = {
  well: exitCodes.held,
  wrong: exitCodes.broken,
  unjudged: exitCodes.inconclusive,
};

/** Audits this host, or a document of facts. */
async function runAuditCommand(cli: Cli, asked: AuditCommand): Promise<ExitCode> {
  const { facts, standIns } = await findFacts(cli, asked);
  const audit = auditFacts(revealFacts(facts, standIns), await knownTroubles());
  if (asked.json) cli.screen.data(`${harmlessJson({ v: 1, ...audit })}\n`);
  else
    cli.screen.keep(
      auditLines(audit, {
        hasNames: facts.names || standIns.size > 0,
        isRoot: facts.facts.some((fact) => fact.is === 'host' && fact.root === true),
      }),
    );
  return exitCodeOf[audit.outcome];
}

/** What the drills know of kernels and tools: of any array, or of one profile. */
async function knownTroubles(): Promise<readonly KnownTrouble[]> {
  const { drills } = await import('../drills/registry.ts');
  return drills.flatMap(({ name, knowledge = [] }) =>
    knowledge.flatMap(({ kernel, tools, layout, because, source }) => {
      const versions = { ...(kernel === undefined ? {} : { kernel }), ...(tools === undefined ? {} : { tools }) };
      if (layout === undefined) return [{ drill: name, because, source, ...versions }];
      const { profile } = namedLayouts[layout];
      return layout === profile ? [{ drill: name, because, source, profile, ...versions }] : [];
    }),
  );
}

/** `raidlab audit`. */
export const auditCommand = defineCommand({ parser: () => auditArguments, examples: auditExamples, run: runAuditCommand });
