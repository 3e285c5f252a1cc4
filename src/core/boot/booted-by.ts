/** What can boot a lab, or do the reboot of a proof. `systemd`: an installed Debian of the tools' suite; for a proof with the repaired machine's crypttab, fstab and keys. */
export const bootedBy = ['systemd'] as const;

/** One of them. */
export type BootedBy = (typeof bootedBy)[number];
