/** Where the guest has its own files, or what goes with a restart. Source: file-hierarchy(7); /var/lib/btrfs has the records of scrubs. */
const taken = String.raw`(?:bin|boot|dev|etc|lib(?:32|64|x32)?|proc|root|run|sbin|sys|tmp|usr|var/(?:lock|run|lib/btrfs))(?:/|$)|var(?:/[^/]+)?$`;

/**
 * Where an array of a lab or drill can be mounted, as a pattern: an absolute path of plain words, which fstab, a shell and sed take as
 * they are.
 */
export const mountPointPattern = String.raw`^(?!/(?:${taken}))(?:/(?!\.{1,2}(?:/|$))[\w.+:@-]{1,100}){1,12}$`;

const form = new RegExp(mountPointPattern, 'u');

/** Tells whether an array of a lab or drill can be mounted on a path. */
export function isMountPoint(guestPath: string): boolean {
  return form.test(guestPath);
}

/** Gives the path below another, relative to it; undefined where it is not below. */
export function pathBelow(guestPath: string, directory: string): string | undefined {
  return guestPath.startsWith(`${directory}/`) ? guestPath.slice(directory.length + 1) : undefined;
}
