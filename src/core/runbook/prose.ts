/** A piece of a sentence: our words, or something to be read letter by letter, such as a name or a command. */
export type ProsePart = { readonly text: string } | { readonly code: string };

/** A sentence or two. */
export type Prose = readonly ProsePart[];

/** Makes prose of a template: what is filled in stands as code. */
export function prose(texts: TemplateStringsArray, ...codes: readonly string[]): Prose {
  return texts.flatMap((text, index) => {
    const code = codes[index];
    return [...(text === '' ? [] : [{ text }]), ...(code === undefined ? [] : [{ code }])];
  });
}

/** Makes prose of a plain text. */
export function plain(text: string): Prose {
  return [{ text }];
}

/** Gives prose as plain text, code in backticks. */
export function formatProse(parts: Prose): string {
  return parts.map((part) => ('code' in part ? `\`${part.code}\`` : part.text)).join('');
}
