/** Tells whether what is ready is an image that the machine is made of; a template only makes it sooner, and is told of when it is built. */
export function isImage(kind: string): boolean {
  return ['kernel', 'tools', 'system'].includes(kind);
}
