/** A tree of the payload that was written to the array. */
export interface WrittenTree {
  /** Its directory in the payload, and the name of its manifest. */
  readonly tree: string;
  /** Where the proof finds it. */
  readonly guestPath: string;
}
