/** Where ssh finds a lab. */
export interface SshPlace {
  /** The lab's name; also the host's name in the configuration. */
  readonly lab: string;
  readonly port: number;
  /** The lab's own private key. */
  readonly keyHostPath: string;
  readonly knownHostsHostPath: string;
  /** The socket of a shared connection; it does not exist while the connection is closed. */
  readonly controlHostPath: string;
}

/** The user in a lab. */
export const labUser = 'root';

/**
 * Gives the ssh_config(5) of a lab. It is independent of the person's own: no agent, no other keys, no known hosts but this one. A
 * connection ends with status 255 when the lab is gone: at once when QEMU is, after a minute when its kernel is silent.
 */
export function formatSshConfig(place: SshPlace): string {
  return [
    `Host ${place.lab}`,
    '  HostName 127.0.0.1',
    `  Port ${String(place.port)}`,
    `  User ${labUser}`,
    `  IdentityFile ${quote(place.keyHostPath)}`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    '  PreferredAuthentications publickey',
    `  HostKeyAlias ${hostKeyAlias(place.lab)}`,
    `  UserKnownHostsFile ${quote(place.knownHostsHostPath)}`,
    '  GlobalKnownHostsFile none',
    '  StrictHostKeyChecking yes',
    '  UpdateHostKeys no',
    // Under emulation the newer key exchanges take longer than the rest of the login; nobody eavesdrops on the loopback.
    '  KexAlgorithms ^curve25519-sha256',
    '  ForwardAgent no',
    '  ForwardX11 no',
    '  ServerAliveInterval 15',
    '  ServerAliveCountMax 4',
    '  ControlMaster no',
    `  ControlPath ${quote(place.controlHostPath)}`,
    '  LogLevel ERROR',
    '',
  ].join('\n');
}

/** Gives the known_hosts file of a lab: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. `publicKey` is the text of the host's `.pub` file. */
export function formatKnownHosts(lab: string, publicKey: string): string {
  const [type = '', key = ''] = publicKey.trim().split(' ');
  return `${hostKeyAlias(lab)} ${type} ${key}\n`;
}

function hostKeyAlias(lab: string): string {
  return `raidlab-${lab}`;
}

/** In ssh_config(5) arguments with spaces are in double quotes, and a percent sign is doubled. */
function quote(hostPath: string): string {
  return `"${hostPath.replaceAll('%', '%%')}"`;
}

/** Files for a program in the guest, in one text: each after a line `== NAME`. See /usr/lib/raidlab/open-ssh in the image. */
export function formatSections(files: Readonly<Record<string, string>>): string {
  return Object.entries(files)
    .map(([name, text]) => `== ${name}\n${text.endsWith('\n') ? text : `${text}\n`}`)
    .join('');
}
