// A name is a directory; those that begin with a dot are raidlab's own.
const nameShape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$/;

/** Tells whether a snapshot may have this name: up to 50 letters, digits, dots, dashes and underscores, the first a letter or a digit. */
export function isSnapshotName(name: string): boolean {
  return nameShape.test(name);
}
