/** What can do the reboot of a proof. `systemd`: an installed Debian of the tools' suite, with the repaired machine's crypttab, fstab and keys. */
export const bootedBy = ['systemd'] as const;

/** One of them. */
export type BootedBy = (typeof bootedBy)[number];
