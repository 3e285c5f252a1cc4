/** Gives a folder as a person would type it from where they are: relative when it is below the working directory, with a slash at its end. */
export function shownFolder(hostPath: string, cwdHostPath: string): string {
  const below = `${cwdHostPath}/`;
  return `${hostPath.startsWith(below) ? hostPath.slice(below.length) : hostPath}/`;
}
