const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Parses an age as people write it, into milliseconds: `30d`, `12h`, `90min`, `2w`. Undefined when it is not one, or zero. */
export function parseAge(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(m(?:in)?|h|d(?:ays?)?|w(?:eeks?)?)$/iu.exec(text.trim());
  if (match === null) return undefined;
  const ms = Math.round(Number(match[1]) * (unitMs[(match[2] ?? '').charAt(0).toLowerCase()] ?? Number.NaN));
  return Number.isSafeInteger(ms) && ms > 0 ? ms : undefined;
}

/** Formats an age for people, in the largest unit with at least two: `90 min`, `36 h`, `30 days`. */
export function formatAge(ageMs: number): string {
  const minutes = Math.round(ageMs / 60_000);
  if (minutes < 120) return `${String(Math.max(0, minutes))} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${String(hours)} h` : `${String(Math.round(hours / 24))} days`;
}
