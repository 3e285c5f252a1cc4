import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { RaidlabError } from '../../core/failure/failure.ts';
import { openReportFile } from './report-file.ts';

const root = mkdtempSync(join(tmpdir(), 'raidlab-report-'));
after(() => {
  rmSync(root, { recursive: true });
});

test('a report replaces what was in its file; its directory is made', () => {
  const hostPath = join(root, 'reports/deep/junit.xml');
  for (const text of ['a long first report', 'short']) {
    const file = openReportFile(hostPath, 'the junit report');
    file.write(text);
    file.check();
    file.close();
    assert.equal(readFileSync(hostPath, 'utf8'), text);
  }
});

test('a summary is appended to what others wrote', () => {
  const hostPath = join(root, 'summary.md');
  writeFileSync(hostPath, 'before\n');
  const file = openReportFile(hostPath, 'the github report', true);
  file.write('after\n');
  file.close();
  assert.equal(readFileSync(hostPath, 'utf8'), 'before\nafter\n');
});

test('a file that cannot be opened is named at once', () => {
  mkdirSync(join(root, 'a-directory'));
  assert.throws(
    () => openReportFile(join(root, 'a-directory'), 'the tap report'),
    (error) =>
      error instanceof RaidlabError && error.failure.reason === 'not-writable' && error.failure.hostPath === join(root, 'a-directory'),
  );
});

test('a full disk is told when it is asked for, once, and nothing is written after the hole', () => {
  const file = openReportFile('/dev/full', 'the junit report');
  file.write('one');
  file.write('two');
  assert.throws(
    () => {
      file.check();
    },
    (error) => error instanceof RaidlabError && error.failure.reason === 'disk-full' && error.failure.doing === 'writing the junit report',
  );
  file.check();
  file.close();
});
