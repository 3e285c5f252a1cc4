/** Gives the question that begins a remedy, if a known word is close to what was typed; otherwise nothing. */
export function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? '' : `Did you mean "${nearest}"? `;
}
