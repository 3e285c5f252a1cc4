/** Gives a folder as a person would type it in the working directory: relative when it is below, with a slash at its end. */
export function shownFolder(hostPath: string, cwdHostPath: string): string {
  const below = `${cwdHostPath}/`;
  return `${hostPath.startsWith(below) ? hostPath.slice(below.length) : hostPath}/`;
}
