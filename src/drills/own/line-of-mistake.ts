/**
 * Gives the 1-based line that a mistake in a drill is about; null when the text does not say it beyond doubt.
 *
 * A mistake in a step begins with the step's name, which stands in quotes where the step is defined; one in a field with the
 * field's name. What stands on more than one line may be meant by none of them.
 */
export function lineOfMistake(source: string, mistake: string): number | null {
  const step = /^step ([a-z0-9-]+): /u.exec(mistake)?.[1];
  const field = /^(\w+) /u.exec(mistake)?.[1] ?? '';
  const pattern =
    step === undefined
      ? new RegExp(String.raw`^\s*${field}\s*:|[{,]\s*${field}\s*:`, 'u')
      : new RegExp(`\\bname: ['"\`]${step}['"\`]`, 'u');
  const lines = source.split('\n').flatMap((row, index) => (pattern.test(row) ? [index + 1] : []));
  return lines.length === 1 ? (lines[0] ?? null) : null;
}
