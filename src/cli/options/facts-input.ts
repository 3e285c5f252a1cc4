import { resolve } from 'node:path';
import { message } from '@optique/core/message';
import { optional } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { argument, option } from '@optique/core/primitives';
import type { Facts } from '../../core/facts/facts.ts';
import { mostFactsBytes, readFacts } from '../../core/facts/read-facts.ts';
import { parseStandIns } from '../../core/facts/stand-ins.ts';
import type { StandIns } from '../../core/facts/stand-ins.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { BadJson } from '../../core/parsing/json-shape.ts';
import { createContext } from '../../machine/context.ts';
import { readNamedFile, UnreadableFile } from '../../machine/files/named-file.ts';
import type { Cli } from '../cli.ts';
import { pathWord } from './value-parsers.ts';

/** The options of a command that is about a real array: its facts, and what their stand-ins stand for. */
export const factsOptions = {
  facts: optional(
    argument(pathWord('FACTS', 'file'), {
      description: message`A document from "collect", or what its script printed elsewhere. This host if none.`,
    }),
  ),
  map: optional(
    option('--map', pathWord('FILE', 'file'), { description: message`The map of "collect": real names stand for its stand-ins.` }),
  ),
} as const;

/** Where facts come from, as given. */
export type FactsOptions = { readonly [Name in keyof typeof factsOptions]: InferValue<(typeof factsOptions)[Name]> };

/** Reads the facts, or collects this host's. Rejects with `usage/bad-arguments` for a file that is no document. */
export async function findFacts(
  cli: Cli,
  { facts: file, map }: FactsOptions,
): Promise<{ readonly facts: Facts; readonly standIns: StandIns }> {
  if (file === undefined) {
    const { collectFacts } = await import('../../machine/facts/collect-facts.ts');
    const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
    return collectFacts(ctx, { names: false, ...(map === undefined ? {} : { mapHostPath: resolve(cli.cwdHostPath, map) }) });
  }
  const text = await readText(cli, file);
  const standIns = parseStandIns(map === undefined ? '' : await readText(cli, map));
  try {
    return { facts: readFacts(text), standIns };
  } catch (error) {
    if (!(error instanceof BadJson)) throw error;
    throw refuse(cli, `${file} is no document of facts: ${error.message}.`);
  }
}

async function readText(cli: Cli, file: string): Promise<string> {
  try {
    return await readNamedFile(resolve(cli.cwdHostPath, file), mostFactsBytes);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw refuse(cli, `${file} cannot be read: ${error.why}.`);
  }
}

function refuse({ argv }: Cli, why: string): RaidlabError {
  return new RaidlabError({ area: 'usage', reason: 'bad-arguments', message: why, command: `raidlab ${argv[0] ?? ''}` });
}
