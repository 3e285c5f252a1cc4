/** Kernel lines outside of reports, where no prefix says who wrote a line (`dmesg -t`). Only what no program prints is believed. */

/** Kernel messages, one of which is in nearly every log. */
const messages = [
  /^Linux version \d+\.\d+\S* \(/u,
  /^(?:Kernel command line|Command line): .*(?:root=|BOOT_IMAGE=|console=|quiet)/u,
  /^BIOS-(?:e820|provided)/u,
  /^(?:BTRFS(?: \w+)? ?(?:\(device [^)]*\)|:)|EXT[234]-fs(?: \w+)? \(|XFS \([\w-]+\): |F2FS-fs \()/u,
  /^(?:pci|pcieport|nvme|ahci|xhci_hcd|ehci-pci|e1000e?|igb|virtio-pci) [0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.\d: /u,
  /^(?:usb \d+-[\d.]+|hub \d+-[\d.:]+|sd[a-z]* \d+:\d+:\d+:\d+|scsi(?: host\d+)?|ata\d+(?:\.\d+)?|nvme\d+n?\d*|md\/?\w*|device-mapper): \S/u,
  /^sd \d+:\d+:\d+:\d+: \[sd[a-z]+\] /u,
  /^(?:blk_update_request|print_req_error|end_request|Buffer I\/O error on|I\/O error, dev|critical (?:target|medium) error)\b/u,
  /^(?:ACPI|DMI|smpboot|x86\/fpu|clocksource|tsc|Memory|Freeing (?:unused|SMP)|NET|PCI|TCP|Calibrating|random|audit|mce|EDAC|rcu|Spectre V\d|Run \S*init as init): \S/u,
  /^(?:IPv6: )?ADDRCONF|^\S+: (?:renamed from|link becomes ready|Link is (?:up|down))/iu,
];

/** Tells whether a line without a known writer is the kernel's. */
export function isKernelMessage(text: string): boolean {
  const trimmed = text.trim();
  return messages.some((form) => form.test(trimmed));
}

/** What stands only in reports of trouble, anywhere in a line. */
const mention =
  /Kernel panic - not syncing|BUG: (?:unable to handle|kernel NULL pointer|soft lockup|KASAN|Bad page)|[Uu]nable to handle kernel |kernel BUG at |\bOops: (?:Oops: )?[0-9a-f]{4}\b|\[#\d+\] (?:SMP|PREEMPT)|blocked for more than \d+ seconds|hard LOCKUP|soft lockup - CPU|Call [Tt]race:|---\[ end |\[ cut here \]|detected stalls? on CPU|RIP: 0010:|general protection fault(?:,|:)|Internal error: /u;

/** Tells whether a line speaks of kernel trouble, so that its log must not be called free of it. */
export function mentionsTrouble(text: string): boolean {
  return mention.test(text);
}
