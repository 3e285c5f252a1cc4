import { createRequire } from 'node:module';
import type stringWidthOf from 'string-width';

const require = createRequire(import.meta.url);
let stringWidth: typeof stringWidthOf | undefined;

/** They are as wide as they are long. */
const onlyAscii = /^[\x20-\x7e]*$/u;

/**
 * Gives how many columns of a terminal a text takes. What knows all characters takes 20 ms to load, a tenth of a start, so it is loaded with the first one that
 * is not ASCII.
 */
export function textWidth(text: string): number {
  if (onlyAscii.test(text)) return text.length;
  stringWidth ??= (require('string-width') as { readonly default: typeof stringWidthOf }).default;
  return stringWidth(text);
}
