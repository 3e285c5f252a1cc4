import { UnknownOutput } from '../parsing/unknown-output.ts';

/**
 * Parses `cryptsetup luksDump --dump-json-metadata DEVICE` for what a LUKS2 container requires before it can be opened:
 * `online-reencrypt-v2` during a reencryption. Usually nothing. Source: LUKS2 on-disk format 1.1, config.requirements.
 */
export function parseLuksRequirements(text: string): readonly string[] {
  const unknown = (expected: string): UnknownOutput =>
    new UnknownOutput('cryptsetup luksDump --dump-json-metadata', expected, text.slice(0, 80), 1);
  let metadata: unknown;
  try {
    metadata = JSON.parse(text);
  } catch {
    throw unknown('a JSON document');
  }
  const config = fieldOf(metadata, 'config');
  if (config === undefined) throw unknown('config');
  const requirements = fieldOf(config, 'requirements');
  if (requirements === undefined) return [];
  const mandatory = fieldOf(requirements, 'mandatory');
  if (!Array.isArray(mandatory) || !mandatory.every((name) => typeof name === 'string')) throw unknown('config.requirements.mandatory');
  return mandatory;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
