import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFailure, RaidlabError } from './failure.ts';
import type { Failure } from './failure.ts';
import { formatSize } from '../text/size.ts';
import { formatTimeLimit } from '../text/time-limit.ts';
import type { TimeLimit } from '../text/time-limit.ts';

const argv = ['btrfs', 'scrub', 'start'];
const machine = 'leg-disk2';
const said = 'ERROR: it said this';

/** One of each: a reason without a sample does not compile. */
type Samples = {
  readonly [Area in Failure['area']]: { readonly [Reason in Extract<Failure, { area: Area }>['reason']]: Sample<Area, Reason> };
};
type Sample<Area, Reason> = readonly [exitCode: number, Omit<Extract<Failure, { area: Area; reason: Reason }>, 'area' | 'reason'>];

const samples: Samples = {
  usage: {
    'bad-arguments': [64, { message: 'There is no flag --foo.', command: 'raidlab drill' }],
    'unknown-drill': [64, { drill: 'replce', known: ['replace', 'crash'] }],
    'unknown-tag': [64, { tag: 'replce', known: ['replace'] }],
    'unknown-step': [64, { drill: 'replace', step: 'balanc', known: ['balance'] }],
    'required-step': [64, { drill: 'replace', step: 'build-array', skippable: ['balance'] }],
    'unknown-entry': [64, { entry: 'kernl', known: ['kernel-0'], nearest: 'kernel-0' }],
    'ambiguous-entry': [64, { entry: 'kernel', matches: ['kernel-0', 'kernel-1'] }],
    'bad-variable': [64, { variable: 'RAIDLAB_CACHE_SIZE', value: 'lots', expected: 'a size such as 4GiB' }],
    'bad-bundle': [64, { file: '1.bundle', why: 'there is no such file' }],
    'bad-archive': [64, { file: 'archive.sqlite', why: 'file is not a database' }],
    'bad-export': [64, { file: 'results.ndjson', why: 'in line 1 it is no JSON' }],
    'bundles-differ': [64, { how: '1.bundle and 2.bundle are both shard 1 of 3.', remedy: 'Leave one of them out.' }],
    'no-drill-file': [64, { file: './my-drill.ts', why: 'there is no such file' }],
    'bad-drill-file': [64, { place: './my-drill.ts:12:3', problem: 'Expression expected', said }],
    'file-exists': [64, { file: 'my-drill.ts' }],
    'no-layout-file': [64, { file: './array.yaml', why: 'there is no such file' }],
    'bad-layout-file': [
      64,
      {
        file: './array.yaml',
        mistakes: [{ line: 4, column: 10, excerpt: '4 | profile: raid2', problem: 'profile is "raid2"', remedy: 'Did you mean "raid1"?' }],
      },
    ],
    'no-matrix-file': [64, { file: './nightly.yaml', why: 'there is no such file' }],
    'bad-matrix-file': [
      64,
      {
        file: './nightly.yaml',
        mistakes: [{ line: 4, column: 10, excerpt: '4 | rounds: 0', problem: 'rounds is the number 0', remedy: 'Write 1.' }],
      },
    ],
    'bad-layout': [64, { message: 'Too few disks.', remedy: 'Use more.' }],
    'payload-too-large': [64, { payloadBytes: 3 * 1024 ** 3, usableBytes: 1024 ** 3 }],
  },
  host: {
    'program-missing': [69, { program: 'qemu-img', purpose: 'make disks' }],
    'slurm-missing': [69, { program: 'srun' }],
    'slurm-refused': [69, { said }],
    'slurm-full': [69, { said }],
    'node-without-raidlab': [69, { node: 'n1', said }],
    'node-of-other-version': [69, { node: 'n1', found: '0.0.9', ours: '0.1.0' }],
    'node-misunderstands': [69, { node: 'n1', ours: '0.1.0', said }],
    'node-unfit': [69, { node: 'n1', said }],
    'slurm-job-lost': [69, { node: 'n1', how: 'its node failed', said }],
    lacks: [
      69,
      {
        lacks: [{ name: 'mmdebstrap', what: 'not found', why: 'it builds' }],
        mend: { command: 'sudo apt-get install mmdebstrap', advice: [] },
      },
    ],
    'qemu-too-old': [69, { found: '7.2', needed: '10.0' }],
    'command-failed': [69, { argv, exitCode: 1, said }],
    'disk-full': [69, { hostPath: '/var/cache', doing: 'writing the payload' }],
    'not-writable': [69, { hostPath: '/var/cache', purpose: 'the cache', said }],
    'no-open-directory': [69, { unfit: ['/home/me is closed to others (/home/me/tmp)', '/var/tmp is mounted noexec'] }],
    'wait-timed-out': [69, { waitingFor: 'the replace', limit: { usualMs: 60_000, factor: 1 }, lastSeen: '12 %' }],
    'entry-in-use': [69, { uses: ['booted-0 by process 4711'] }],
    'matrix-busy': [69, { matrix: 'nightly', pid: 4711 }],
    interrupted: [130, { signal: 'SIGINT' }],
    internal: [70, { message: 'an empty argv was given.' }],
  },
  image: {
    'unknown-suite': [64, { suite: 'trixe', known: ['trixie'] }],
    'unknown-kernel': [64, { kernel: 'trixe', known: ['trixie'] }],
    'kernel-not-cached': [64, { kernel: 'trixe', known: ['trixie'] }],
    'version-not-found': [64, { version: '6.13', known: ['6.12', '7.3'] }],
    'unusable-kernel-files': [64, { hostPath: './linux', why: 'there is no vmlinuz', remedy: 'Copy it there.' }],
    'build-failed': [69, { artefact: 'tools trixie', argv, said }],
    'mirror-unreachable': [69, { suite: 'trixie', hasNetwork: true, argv, said }],
    'mirror-unknown': [69, { suite: 'trixie' }],
    'module-missing': [69, { kernel: '6.12', module: 'btrfs' }],
    'tools-too-new': [64, { kernel: '3.16.0', suite: 'trixie', oldestKernel: '4.9', others: ['bookworm'] }],
  },
  machine: {
    'qemu-refused-to-start': [69, { machine, argv, said }],
    'qemu-ended': [2, { machine, how: 'SIGKILL', waitingFor: 'the agent', said }],
    'boot-timed-out': [69, { machine, limit: { usualMs: 120_000, factor: 1 }, lastConsoleLine: 'Loading' }],
    'boot-failed': [69, { machine, said }],
    'agent-silent': [2, { machine, waitingFor: 'a reply', limit: { usualMs: 30_000, factor: 1 }, lastSeen: 'nothing' }],
    'qmp-silent': [2, { machine, waitingFor: 'a reply', limit: { usualMs: 30_000, factor: 1 }, lastSeen: 'nothing' }],
    'qmp-error': [2, { machine, command: 'device_del', errorClass: 'DeviceNotFound', said }],
    'protocol-broken': [2, { machine, peer: 'QEMU', said }],
    'state-not-moved': [2, { machine, waitingFor: 'the machine to be saved', said }],
    'kvm-unusable': [69, { why: 'no /dev/kvm' }],
  },
  guest: {
    'command-failed': [2, { machine, argv, exitCode: 3, said }],
    'command-timed-out': [2, { machine, argv, limit: { usualMs: 120_000, factor: 1 } }],
    'output-too-long': [2, { machine, argv, limitBytes: 16 * 1024 ** 2 }],
    'output-not-understood': [2, { machine, argv, message: 'line 3: expected Status:' }],
  },
  lab: {
    'bad-name': [64, { lab: 'My Lab' }],
    'not-yours': [64, { lab: 'default', hostPath: '/srv/.raidlab/default', why: 'it belongs to anna (uid 1001)', remedy: 'Work as anna.' }],
    'no-lab': [64, { lab: 'default', hostPath: '/home/me', known: ['other'] }],
    'not-on': [69, { lab: 'default', how: 'it was halted 2 h ago', lastConsoleLines: ['reboot: Power down'] }],
    busy: [69, { lab: 'default', pid: 4711, limit: { usualMs: 60_000, factor: 1 } }],
    differs: [64, { lab: 'default', asked: '4 disks', has: '2 disks' }],
    'state-damaged': [69, { hostPath: '/home/me/.raidlab/default/state.json', why: 'v is missing' }],
    'state-newer': [69, { hostPath: '/home/me/.raidlab/default/state.json', version: 9, known: 1 }],
    'not-as-built': [64, { why: 'DISK1 has been pulled', remedy: 'Insert it.' }],
    'root-of-layers': [64, { lab: 'default', kernel: '3.16.0' }],
    'disk-missing': [69, { lab: 'default', serial: 'DISK1', hostPath: '/home/me/.raidlab/default/disks/DISK1.raw' }],
    'unknown-disk': [64, { lab: 'default', disk: 'DIKS1', known: ['DISK1'] }],
    'no-slot': [64, { lab: 'default', bus: 'nvme', slots: 16 }],
    'bad-fault': [64, { disk: 'DISK1', why: 'No place on the disk is given.' }],
    'beyond-redundancy': [64, { why: 'the array has single chunks' }],
    'port-taken': [69, { port: 2222, said }],
    'keeper-ended': [69, { lab: 'default', how: 'killed', said }],
    'keeper-silent': [69, { lab: 'default', waitingFor: 'its answer', limit: { usualMs: 60_000, factor: 1 }, lastSeen: 'nothing' }],
    'kept-elsewhere': [69, { lab: 'default', how: 'process 4711 on other keeps it' }],
    'keeper-differs': [69, { lab: 'default', keeper: '0.2.0', here: '0.1.0' }],
    'kernel-crashed': [3, { lab: 'default', what: 'BUG: kernel NULL pointer dereference', transcript: ['[ 1.0] BUG'] }],
    'ssh-silent': [69, { lab: 'default', limit: { usualMs: 30_000, factor: 1 }, lastSeen: 'refused' }],
    'not-begun': [69, { lab: 'default', lastConsoleLines: ['(initramfs) '] }],
    'console-busy': [69, { lab: 'default', pid: 4711 }],
    'console-missing': [69, { lab: 'default', how: 'its machine has no console' }],
    'bad-snapshot-name': [64, { snapshot: '../x' }],
    'no-snapshot': [64, { lab: 'default', snapshot: 'befor', known: ['before'] }],
    'snapshot-exists': [64, { lab: 'default', snapshot: 'before' }],
    'snapshot-failed': [69, { lab: 'default', snapshot: 'before', said }],
    'snapshot-damaged': [69, { snapshot: 'before', why: 'machine is missing' }],
    'snapshot-differs': [69, { snapshot: 'before', why: 'it was saved with the QEMU 9.2, and here is 10.0' }],
    'snapshot-unsupported': [69, { what: 'A machine of QEMU 7.2.22', otherwise: 'Install QEMU 9.1' }],
  },
};

const table = Object.entries(samples).flatMap(([area, reasons]) =>
  Object.entries(reasons as Readonly<Record<string, readonly [number, object]>>).map(([reason, [exitCode, facts]]) => ({
    exitCode,
    failure: { area, reason, ...facts } as Failure,
  })),
);

for (const { exitCode, failure } of table) {
  test(`${failure.area}/${failure.reason} says what happened and what can be done, and ends with ${String(exitCode)}`, () => {
    const description = describeFailure(failure);
    assert.equal(description.exitCode, exitCode);
    for (const sentence of [description.what, description.remedy]) {
      assert.match(sentence, /[.?]$/u);
      assert.doesNotMatch(sentence, /undefined|\[object|NaN/u);
    }
    assert.equal(new RaidlabError(failure).message, description.what);
  });

  test(`${failure.area}/${failure.reason} shows the command and what it said, word for word`, () => {
    const { command, said: shown } = describeFailure(failure);
    if ('argv' in failure) assert.match(command ?? '', /^(?:host|guest leg-disk2): btrfs scrub start$/u);
    else assert.equal(command, undefined);
    if ('said' in failure) assert.equal(shown, said);
    assert.notEqual(shown, '');
  });
}

test('every fact of a failure is told', () => {
  for (const { failure } of table) {
    const description = describeFailure(failure);
    const told = Object.values(description).join('\n');
    for (const [fact, value] of Object.entries(failure)) {
      if (fact === 'area' || fact === 'reason' || fact === 'payloadBytes' || fact === 'usableBytes' || fact === 'hasNetwork') continue;
      if (fact === 'limit') {
        assert.ok(told.includes(formatTimeLimit(value as TimeLimit)), `${failure.area}/${failure.reason}: ${fact}`);
        assert.ok(told.includes('RAIDLAB_TIMEOUT_FACTOR') || failure.reason === 'busy', failure.reason);
        continue;
      }
      if (fact === 'limitBytes') {
        assert.ok(told.includes(formatSize(value as number)), failure.reason);
        continue;
      }
      const words = [value]
        .flat()
        .flatMap((word): readonly unknown[] =>
          typeof word === 'object' ? Object.values<unknown>(word as Record<string, unknown>) : [word],
        )
        .map(String);
      for (const word of words) assert.ok(told.includes(word), `${failure.area}/${failure.reason}: ${fact} ${word}`);
    }
  }
});

test('a command that a signal ended is told by its signal', () => {
  assert.match(describeFailure({ area: 'host', reason: 'command-failed', argv, signal: 'SIGKILL', said }).what, /SIGKILL/u);
});

test('a nearest word is offered only where there is one', () => {
  const failure = { area: 'usage', reason: 'unknown-drill', drill: 'x', known: ['replace'] } as const;
  assert.doesNotMatch(describeFailure(failure).remedy, /Did you mean/u);
  assert.match(describeFailure({ ...failure, drill: 'replce' }).remedy, /^Did you mean "replace"\? /u);
});

test('without a network the words are about that, and not about the mirror', () => {
  const failure = { area: 'image', reason: 'mirror-unreachable', suite: 'trixie', hasNetwork: false, argv, said } as const;
  const { what, remedy } = describeFailure(failure);
  assert.match(what, /this host has no network/u);
  assert.match(remedy, /raidlab kernels ls/u);
});
