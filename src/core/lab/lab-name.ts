/** The lab that is meant when none is named. */
export const defaultLabName = 'default';

// It is a directory's name, a host's name in ssh's configuration, and part of QEMU's arguments.
const nameShape = /^[a-z0-9][a-z0-9-]{0,29}$/;

/** Tells whether a lab may be called so: up to 30 small letters, digits and dashes. */
export function isLabName(name: string): boolean {
  return nameShape.test(name);
}
