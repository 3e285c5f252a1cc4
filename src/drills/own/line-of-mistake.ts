/**
 * Gives the 1-based line that a mistake in a drill is about; null when the text leaves doubt. A mistake in a step begins with the step's
 * name, which is in quotes where the step is defined; one in a field begins with the field's name. If it is on several lines, any may be
 * meant.
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
