import * as v from 'valibot';
import { readJsonOutput } from '../parsing/json-output.ts';
import { fields, list, text } from '../parsing/json-shape.ts';

const metadataShape = fields({ config: fields({ requirements: v.exactOptional(fields({ mandatory: list(text) })) }) });

/**
 * Parses `cryptsetup luksDump --dump-json-metadata DEVICE` for what a LUKS2 container requires before it can be opened:
 * `online-reencrypt-v2` during a reencryption. Usually nothing. Source: LUKS2 on-disk format 1.1, config.requirements.
 */
export function parseLuksRequirements(printed: string): readonly string[] {
  return readJsonOutput('cryptsetup luksDump --dump-json-metadata', metadataShape, printed).config.requirements?.mandatory ?? [];
}
