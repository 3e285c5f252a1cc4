import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelsLines } from './kernels-lines.ts';
import type { KernelListing } from './kernels-lines.ts';
import { layoutLine } from './text/layout-line.ts';

const nowMs = Date.parse('2026-11-25T14:00:00.000Z');
const suites = [
  { suite: 'trixie', mirror: null },
  { suite: 'jessie', mirror: 'http://archive.example/debian' },
];
const kernels: readonly KernelListing[] = [
  {
    kernel: '6.1',
    version: '6.1.0-56-cloud-amd64',
    upstreamVersion: '6.1.192',
    description: 'bookworm (linux-image-6.1.0-56-cloud-amd64 6.1.192-2)',
    sizeBytes: 88 * 1024 ** 2,
    madeAt: '2026-11-20T14:00:00.000Z',
    lastUsedAt: '2026-11-25T12:00:00.000Z',
    entry: `kernel-${'a'.repeat(32)}`,
  },
];

const textOf = (...parameters: Parameters<typeof kernelsLines>): string =>
  kernelsLines(...parameters)
    .flatMap((line) => layoutLine(line, { columns: 100, colour: false, unicode: true, widthOf: (text) => text.length }))
    .join('\n');

test('kernels say what --kernel calls them, what they are and where they came from', () => {
  const text = textOf({ kernels, suites }, nowMs);
  assert.match(text, /^ {2}6\.1 {2}Linux 6\.1\.192$/mu);
  assert.match(text, /^ {4}6\.1\.0-56-cloud-amd64, 88 MiB, last used 2 h ago$/mu);
  assert.match(text, /^ {4}bookworm \(linux-image-6\.1\.0-56-cloud-amd64 6\.1\.192-2\)$/mu);
  assert.match(text, /^ {2}jessie {2}from http:\/\/archive\.example\/debian$/mu);
});

test('an empty cache says how it is filled', () => {
  assert.match(textOf({ kernels: [], suites }, nowMs), /none: a kernel is fetched at its first use/u);
});

test('what the suites have is listed newest first, and what could not be read is told', () => {
  const available = ['6.12.117-1', '6.12.118-1', '6.12.118-1'].map((version, index) => ({
    suite: 'trixie',
    package: `p${String(index)}`,
    version,
  }));
  const unread = { suites: ['jessie'], said: 'E: it said this' };
  const text = textOf({ kernels, suites, available, unread }, nowMs);
  assert.match(text, /^ {4}6\.12\.118, 6\.12\.117$/mu);
  assert.match(text, /^ {4}no kernel$/mu);
  assert.match(text, /Could not be read: jessie\n {2}E: it said this/u);
});
