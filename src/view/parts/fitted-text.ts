/** How wide a character of a label is on average, of the height of its font; a wide one is cut by the edge. */
const characterEms = 0.54;
/** What is free on both sides of a label, in the same unit. */
const marginEms = 0.9;

/** Gives as much of a label as fits into `roomEms` (widths in heights of its font): all, its first words with an ellipsis, the number that it begins with, or nothing. */
export function fittedText(text: string, roomEms: number): string {
  const room = Math.floor((roomEms - marginEms) / characterEms);
  if (text.length <= room) return text;
  const words = text.split(' ');
  for (let count = words.length - 1; count > 0; count -= 1) {
    const first = words.slice(0, count).join(' ');
    const shown = /^\d+$/u.test(first) ? first : `${first}…`;
    if (shown.length <= room) return shown;
  }
  return '';
}
