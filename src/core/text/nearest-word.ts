/**
 * Gives the known word that was probably meant, or undefined when none is close enough: at most a third of the letters differ, or the
 * known word begins with what was typed.
 */
export function nearestWord(typed: string, known: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const word of known) {
    const distance = editDistance(wanted, word.toLowerCase());
    const isNear = distance <= Math.max(1, Math.floor(Math.max(wanted.length, word.length) / 3));
    const isBeginning = wanted.length >= 3 && word.toLowerCase().startsWith(wanted);
    if ((isNear || isBeginning) && (best === undefined || distance < best.distance)) best = { word, distance };
  }
  return best?.word;
}

/** Gives the question that begins a remedy, if a known word is close to what was typed; otherwise nothing. */
export function didYouMean(typed: string, known: readonly string[]): string {
  const nearest = nearestWord(typed, known);
  return nearest === undefined ? '' : `Did you mean "${nearest}"? `;
}

/** Gives the remedy for an unknown word: what was probably meant, and all known words, after `lead`. */
export function offerWords(typed: string, known: readonly string[], lead: string): string {
  return `${didYouMean(typed, known)}${lead}: ${known.join(', ')}.`;
}

/** Insertions, deletions, substitutions and swaps of neighbours. Source: Damerau 1964, in the "optimal string alignment" form. */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    const above = rows[i - 1] ?? [];
    for (let j = 1; j <= to.length; j += 1) {
      const substitution = (above[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      let distance = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substitution);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        distance = Math.min(distance, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(distance);
    }
    rows.push(row);
  }
  return rows[from.length]?.[to.length] ?? 0;
}
