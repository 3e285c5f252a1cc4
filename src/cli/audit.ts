import { resolve } from 'node:path';
import { object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, command, constant, option } from '@optique/core/primitives';
import { exitCodes } from '../core/exit-code.ts';
import type { ExitCode } from '../core/exit-code.ts';
import { auditFacts } from '../core/facts/audit/audit.ts';
import type { AuditOutcome } from '../core/facts/audit/audit.ts';
import type { KnownTrouble } from '../core/facts/audit/known-trouble.ts';
import type { Facts } from '../core/facts/facts.ts';
import { revealFacts } from '../core/facts/names.ts';
import { mostFactsBytes, readFacts } from '../core/facts/read-facts.ts';
import { parseStandIns } from '../core/facts/stand-ins.ts';
import type { StandIns } from '../core/facts/stand-ins.ts';
import { RaidlabError } from '../core/failure/failure.ts';
import { namedLayouts } from '../core/layout/named-layout.ts';
import { BadJson } from '../core/parsing/json-shape.ts';
import { harmlessJson } from '../core/text/harmless-text.ts';
import { createContext } from '../machine/context.ts';
import { readNamedFile, UnreadableFile } from '../machine/files/named-file.ts';
import { auditLines } from '../report/audit-lines.ts';
import type { Cli } from './cli.ts';
import type { Example } from './help-page.ts';
import { pathWord } from './options/value-parsers.ts';

/** The command line of `raidlab audit`. */
export const auditArguments = command(
  'audit',
  object({
    command: constant('audit'),
    facts: optional(
      argument(pathWord('FACTS', 'file'), {
        description: message`A document from "collect", or what its script printed elsewhere. This host if none.`,
      }),
    ),
    map: optional(
      option('--map', pathWord('FILE', 'file'), { description: message`The map of "collect": real names appear in the report.` }),
    ),
    json: option('--json', { description: message`Prints one JSON document.` }),
  }),
  {
    brief: message`Says what is wrong with your arrays today, worst first, and what to type.`,
    description: message`Reads only. It also says what happens when each disk dies, and how large its replacement must be. Exits 1 with findings, 2 if it could not see enough: run it as root.`,
  },
);

/** The parsed command line of `raidlab audit`. */
export type AuditCommand = InferValue<typeof auditArguments>;

/** Examples for `raidlab audit`. */
export const auditExamples: readonly Example[] = [
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
export async function runAuditCommand(cli: Cli, asked: AuditCommand): Promise<ExitCode> {
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

async function findFacts(cli: Cli, { facts: file, map }: AuditCommand): Promise<{ readonly facts: Facts; readonly standIns: StandIns }> {
  if (file === undefined) {
    const { collectFacts } = await import('../machine/facts/collect-facts.ts');
    const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
    return collectFacts(ctx, { names: false, ...(map === undefined ? {} : { mapHostPath: resolve(cli.cwdHostPath, map) }) });
  }
  const text = await readText(cli, file);
  const standIns = parseStandIns(map === undefined ? '' : await readText(cli, map));
  try {
    return { facts: readFacts(text), standIns };
  } catch (error) {
    if (!(error instanceof BadJson)) throw error;
    throw refuse(`${file} is no document of facts: ${error.message}.`);
  }
}

async function readText(cli: Cli, file: string): Promise<string> {
  try {
    return await readNamedFile(resolve(cli.cwdHostPath, file), mostFactsBytes);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw refuse(`${file} cannot be read: ${error.why}.`);
  }
}

function refuse(why: string): RaidlabError {
  return new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: why, command: 'raidlab audit' });
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
