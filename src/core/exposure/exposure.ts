/** Exposure at a moment: how many bytes have fewer copies than their profile promises, from that moment on. */
export interface ExposurePoint {
  /** Since the drill began, milliseconds. */
  readonly afterMs: number;
  readonly bytes: number;
}

/**
 * The numbers of an exposure: bytes that could not bear as many losses as the profile of the array promises, over time, from the fault on,
 * also while btrfs does not know of it. In the glossary.
 */
export interface ExposureNumbers {
  /** How long there were any, milliseconds. */
  readonly exposedMs: number;
  readonly mostBytes: number;
  /** At the end of the procedure, before the proof: what a repair has left without its second copy. */
  readonly endBytes: number;
  /** The area below the curve, bytes × seconds. */
  readonly byteSeconds: number;
}

/** An exposure with its curve. */
export interface Exposure extends ExposureNumbers {
  /** The curve, in order of time; between two points it is level. */
  readonly points: readonly ExposurePoint[];
}
