/** What an address within a report names: a drill, or a step of it. */
export interface Address {
  readonly job: string;
  /** Null for the drill as a whole. */
  readonly step: string | null;
}

/** Reads the part of an address behind `#`: `drill`, `drill/step`. Null when it is empty. */
export function parseAddress(hash: string): Address | null {
  const [job = '', step = null] = decoded(hash.replace(/^#/u, '')).split('/');
  return job === '' ? null : { job, step };
}

/** Gives the id of the trace of a step; the step's own line in the document has the address itself. */
export function traceId(job: string, step: string): string {
  return `trace:${job}/${step}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
