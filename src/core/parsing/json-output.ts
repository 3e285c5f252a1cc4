import { BadJson, readJson } from './json-shape.ts';
import type { Shape } from './json-shape.ts';
import { UnknownOutput } from './unknown-output.ts';

/** Parses a tool's output as JSON of a shape; throws {@link UnknownOutput}. */
export function readJsonOutput<T>(tool: string, shape: Shape<T>, text: string): T {
  try {
    return readJson(shape, text);
  } catch (error) {
    if (!(error instanceof BadJson)) throw error;
    throw new UnknownOutput(tool, `other JSON (${error.message})`, text, text === '' ? 0 : 1);
  }
}
