import assert from 'node:assert/strict';
import { test } from 'node:test';
import { only, read } from './fixtures/read-log.ts';

test('a journal is read in every format with names (journalctl -o json, json-pretty, json-seq, export, verbose; dmesg -J)', () => {
  const message = 'INFO: task demo:77 blocked for more than 120 seconds.';
  const bytes = JSON.stringify([...new TextEncoder().encode(message)]);
  const logs = [
    `{"MESSAGE":"${message}","SYSLOG_IDENTIFIER":"kernel","_SOURCE_MONOTONIC_TIMESTAMP":"12000001"}`,
    `\u001e{"MESSAGE":${bytes},"_TRANSPORT":"kernel","_SOURCE_MONOTONIC_TIMESTAMP":"12000001"}`,
    `{\n\t"_TRANSPORT" : "kernel",\n\t"_SOURCE_MONOTONIC_TIMESTAMP" : "12000001",\n\t"MESSAGE" : "${message}"\n}`,
    `__CURSOR=s=1\n_TRANSPORT=kernel\n_SOURCE_MONOTONIC_TIMESTAMP=12000001\nPRIORITY=3\nMESSAGE=${message}\n\n`,
    `__CURSOR=s=1\n_TRANSPORT=kernel\n_SOURCE_MONOTONIC_TIMESTAMP=12000001\nMESSAGE\n5\u0000\u0000\u0000\u0000\u0000\u0000\u0000${message}\n\n`,
    `Tue 2024-01-02 03:04:05.000001 CET [s=1a;i=2b;b=3c;m=4d;t=5e;x=6f]\n    _TRANSPORT=kernel\n    _SOURCE_MONOTONIC_TIMESTAMP=12000001\n    MESSAGE=${message}`,
    `{\n   "dmesg": [\n      {\n         "pri": 6,\n         "time": 11.000001,\n         "msg": "x"\n      },{\n         "pri": 3,\n         "time":    12.000001,\n         "msg": "${message}"\n      }\n   ]\n}`,
  ];
  for (const log of logs) {
    const trouble = only(log);
    assert.deepEqual(
      [trouble.kind, trouble.process?.pid, trouble.atSeconds, trouble.transcript],
      ['hung-task', 77, 12.000001, [message]],
      log,
    );
  }
});

test('an entry of another program in a journal is another’s, and a brace in a text hides nothing', () => {
  const other = read('{"MESSAGE":"Kernel panic - not syncing: x","SYSLOG_IDENTIFIER":"app","_TRANSPORT":"syslog"}');
  assert.deepEqual([other.troubles, other.otherLines], [[], 1]);
  assert.equal(only('{\nKernel panic - not syncing: x\n').kind, 'panic');
  assert.equal(only('MESSAGE=x\nKernel panic - not syncing: x\n').kind, 'panic');
});
