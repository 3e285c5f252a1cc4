/** Gives the question that begins a remedy, where some word is near what was typed; nothing where none is. */
export function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? '' : `Did you mean "${nearest}"? `;
}
