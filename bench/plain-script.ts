// Turns the events of a drill into the plain shell scripts that do what its procedure does: one for each machine, run by its process 1,
// and one for the host. No agent, no checks, no judging: what is left is what the tools themselves cost. The proof is left out: the
// copies that it examines are forks, and their disks come and go from outside.

import type { RecordedEvent } from '../src/core/event.ts';
import { formatCommand } from '../src/core/plan/command.ts';

const quote = (word: string): string => formatCommand({ argv: [word] });

/** The guest's process 1 begins as /usr/lib/raidlab/init does, without the agent. */
const guestHead = `#!/bin/bash
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
export PATH LC_ALL
exec > /bench.log 2>&1 < /dev/null
mount -a -T /usr/lib/raidlab/fstab
echo 7 > /proc/sys/kernel/printk
/usr/lib/systemd/systemd-udevd --daemon || /lib/systemd/systemd-udevd --daemon
udevadm trigger --action=add --subsystem-match=block --subsystem-match=virtio-ports --subsystem-match=misc
mkdir -p /run/lock
modprobe --all --quiet --use-blacklist virtio_scsi sd_mod pvpanic-pci btrfs dm_crypt
: > /run/raidlab-modules-loaded
records() { until [ "$(stat -c %s "$1" 2> /dev/null || echo 0)" -ge $(($2 * 2048)) ]; do sleep 0.05; done; }
`;

/** How many records a drill waits for, each time: src/drills/replace-missing-disk.ts. */
const records = 10;

/**
 * Gives the scripts of the guest's process 1, by machine.
 *
 * `events` are those of a drill before its proof; the result is by machine name.
 */
export function guestScripts(events: readonly RecordedEvent[]): ReadonlyMap<string, string> {
  const machines = events.flatMap((event) => (event.type === 'machine-started' ? [event.machine] : []));
  return new Map(machines.map((machine) => [machine, guestScript(machine, events)]));
}

function guestScript(machine: string, events: readonly RecordedEvent[]): string {
  const lines: string[] = [];
  let typed: string | undefined;
  let segment = '';
  for (const event of events) {
    if (!('machine' in event) || event.machine !== machine) continue;
    if (event.type === 'command-typed') typed = event.command;
    if (event.type === 'fault-injected' && event.disk !== null) {
      lines.push(
        `records ${segment} ${String(records)}`,
        'echo BENCH-PULL > /dev/console',
        `while [ -e /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${event.disk} ]; do sleep 0.02; done`,
        `records ${segment} ${String(2 * records)}`,
      );
    }
    if (event.type !== 'command-started') continue;
    lines.push(...shellLines(event.argv, typed));
    if (event.argv[0]?.endsWith('journal-writer') === true) segment = event.argv[1] ?? '';
    typed = undefined;
  }
  return `${guestHead}${lines.join('\n')}\nexec /usr/lib/raidlab/shut-down poweroff\n`;
}

function shellLines(argv: readonly string[], typed: string | undefined): readonly string[] {
  // The writer's program came over the agent; here it is a file beside the script.
  if (argv[0] === 'install' && argv.includes('/run/raidlab-journal-writer'))
    return ['install -m 0755 /bench/journal-writer.pl /run/raidlab-journal-writer'];
  if (argv[0]?.endsWith('journal-writer') === true) return [`${argv.slice(0, -1).map(quote).join(' ')} /dev/null & writer=$!`];
  if (argv[0] === 'kill') return ['kill -TERM $writer; wait $writer'];
  // Progress of a replace is looked at by the drill alone.
  if (argv.includes('status') && argv.includes('replace')) return [];
  return [typed ?? argv.map(quote).join(' ')];
}

/** Where the plain scripts find and leave their files. */
export interface HostFiles {
  /** Disks, sockets and logs go here. */
  readonly directory: string;
  /** The blank system image with the guest's scripts in it. */
  readonly systemBase: string;
  readonly payload: string;
  readonly diskBytes: number;
}

/**
 * Gives the script of the host: disks, and machines one after the other.
 *
 * `events` are those of a drill before its proof; `files` says where everything is.
 */
export function hostScript(events: readonly RecordedEvent[], files: HostFiles): string {
  const { directory, systemBase, payload, diskBytes } = files;
  const started = events.filter((event) => event.type === 'machine-started');
  const work = /"filename":"([^"]+)\/disk1\.raw"/u.exec(started[0]?.argv.join(' ') ?? '')?.[1];
  if (work === undefined) throw new Error('the events start no machine with DISK1');
  const blocks = started.map((event) => {
    const name = event.machine;
    const argv = event.argv
      .filter((word) => word !== '-S')
      .map((word) =>
        word
          .replaceAll(`${work}/payload.tar`, payload)
          .replaceAll(work, directory)
          .replace(/path=[^,]+\/([a-z]+\.sock)/u, `path=${directory}/$1`)
          .replace(/^socket,id=console0,.*/u, `$&,logfile=${directory}/${name}.log`)
          .replace('init=/usr/lib/raidlab/init', `init=/bench/${name}`),
      );
    const pulled = events.flatMap((each) => (each.type === 'fault-injected' && each.machine === name ? [each.disk ?? ''] : []))[0];
    const run = argv.map(quote).join(' ');
    return pulled === undefined
      ? `${run} < /dev/null`
      : [
          `mkfifo ${directory}/hmp.in ${directory}/hmp.out`,
          `${run} -chardev pipe,id=hmp,path=${directory}/hmp -mon chardev=hmp,mode=readline < /dev/null & qemu=$!`,
          `cat ${directory}/hmp.out > /dev/null & exec 9> ${directory}/hmp.in`,
          `until grep -q BENCH-PULL ${directory}/${name}.log 2> /dev/null; do sleep 0.02; done`,
          `echo device_del ${pulled} >&9`,
          'wait $qemu',
        ].join('\n');
  });
  return `#!/bin/bash
set -eu
qemu-img create -q -f qcow2 -F raw -b ${systemBase} ${directory}/system.qcow2
for disk in 1 2 3; do truncate -s ${String(diskBytes)} ${directory}/disk$disk.raw; done
${blocks.join('\n')}
`;
}
