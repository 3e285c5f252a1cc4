import { h } from 'preact';
import type { ComponentChildren, ComponentType } from 'preact';
import { harmlessText } from '../../core/text/harmless-text.ts';

/** Anything that can stand in an element: text, elements, lists of them, nothing. */
export type Content = ComponentChildren;

/** What a handler of the page reads of an event of the browser, so that what has handlers compiles without its types. */
export interface Act {
  readonly key?: string;
  readonly shiftKey?: boolean;
  preventDefault(): void;
  stopPropagation(): void;
}

/** The attributes of an element: as HTML and SVG name them, and handlers (`onClick`), which no document has, only the page. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((act: Act) => void)>>;

/**
 * Makes an element. The one way to one: text in it, and in its attributes, is made harmless here, whoever wrote it,
 * and preact escapes what is left.
 */
export function element(name: string, attributes: Attributes | null = null, ...content: readonly Content[]): Content {
  return h(name, attributes === null ? null : harmlessAttributes(attributes), ...content.map(harmlessContent));
}

/** Makes an element of a component, whose properties are plain values. */
export function component<Properties extends object>(type: (properties: Properties) => Content, properties: Properties): Content {
  return h(type as ComponentType<Properties>, properties);
}

/** Stands between pieces that a style sets apart, for whoever reads without one: a text browser, a copy. */
export const apart = ' ';

/** Stands between pieces of a picture, for the same readers: text that is directly in an `svg` is not drawn. */
export const separator = ' · ';

/** Gives a short text that is not broken at its blanks, also where no style says so: `19.5 s`. */
export function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

/** Printable ASCII in lines, as almost every text is; and what may act on whoever reads it. A text that has none of the latter is harmless as it is. */
const plain = /^[\n\x20-\x7e]*$/u;
const suspect = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]/u;

function harmless(text: string): string {
  return plain.test(text) || !suspect.test(text) ? text : harmlessText(text);
}

function harmlessContent(content: Content): Content {
  if (typeof content === 'string') return harmless(content);
  return Array.isArray(content) ? content.map((one: Content) => harmlessContent(one)) : content;
}

/** Almost all attributes are our own words: they are copied only when one of them is not. */
function harmlessAttributes(attributes: Attributes): Attributes {
  for (const name in attributes) {
    const value = attributes[name];
    if (typeof value !== 'string' || harmless(value) === value) continue;
    return Object.fromEntries(Object.entries(attributes).map(([key, one]) => [key, typeof one === 'string' ? harmless(one) : one]));
  }
  return attributes;
}
