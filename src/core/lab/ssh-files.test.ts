import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLabName } from './lab-name.ts';
import { formatKnownHosts, formatSections, formatSshConfig } from './ssh-files.ts';

const place = {
  lab: 'default',
  port: 40_022,
  keyHostPath: '/home/me/my project/100%/id_ed25519',
  knownHostsHostPath: '/home/me/known_hosts',
  controlHostPath: '/run/user/1/raidlab-0/ssh.sock',
};

test('ssh goes to the loopback, with the key of the lab, and knows its host', () => {
  const config = formatSshConfig(place);
  for (const line of [
    'Host default',
    '  HostName 127.0.0.1',
    '  Port 40022',
    '  User root',
    '  IdentityFile "/home/me/my project/100%%/id_ed25519"',
    '  IdentitiesOnly yes',
    '  StrictHostKeyChecking yes',
    '  HostKeyAlias raidlab-default',
    '  ControlPath "/run/user/1/raidlab-0/ssh.sock"',
  ]) {
    assert.ok(config.split('\n').includes(line), line);
  }
});

test('a known host is its alias, the type of its key, and the key', () => {
  assert.equal(formatKnownHosts('default', 'ssh-ed25519 AAAAC3 root@raidlab\n'), 'raidlab-default ssh-ed25519 AAAAC3\n');
});

test('files for the guest come one after the other, each with its name and ended lines', () => {
  assert.equal(formatSections({ host_key: 'a\nb\n', authorized_keys: 'c' }), '== host_key\na\nb\n== authorized_keys\nc\n');
});

test('a lab’s name is safe as a directory, a host and a word of QEMU’s', () => {
  for (const name of ['default', 'a', '0', 'raid10-test']) assert.ok(isLabName(name), name);
  for (const name of ['', '.', '..', '-a', 'A', 'a b', 'a/b', 'a,b', 'a'.repeat(31), 'ä']) assert.ok(!isLabName(name), name);
});
