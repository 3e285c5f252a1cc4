/** What can emulate a guest's processor. */
export const accelerators = ['kvm', 'tcg'] as const;

/** One of them. */
export type Accelerator = (typeof accelerators)[number];
