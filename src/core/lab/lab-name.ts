/** The lab that is meant when none is named. */
export const defaultLabName = 'default';

// A name is used as a directory, as a host in ssh's configuration, and in QEMU's arguments.
const nameShape = /^[a-z0-9][a-z0-9-]{0,29}$/;

/** Tells whether a lab may have this name: up to 30 lower-case letters, digits and dashes. */
export function isLabName(name: string): boolean {
  return nameShape.test(name);
}
