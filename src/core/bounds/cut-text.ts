/** Gives a text, or its beginning and a line that says how much was cut. */
export function cutText(text: string, mostChars: number): string {
  if (text.length <= mostChars) return text;
  const kept = text.slice(0, mostChars).toWellFormed();
  return `${kept}\n… ${String(text.length - mostChars)} characters more are left out\n`;
}
