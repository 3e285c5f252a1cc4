import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { cell } from '../../report/campaign/result-table.ts';
import { renderTablePage } from './table-page.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('base64');
const place = { run: 'a', job: 'slow-disk', directory: '/r/a', summary: '' };
const table = {
  title: 'First bad',
  columns: [{ name: 'drill' }, { name: 'odds', align: 'right' as const }],
  rows: [[cell('<script>alert(1)</script>', 'strong'), cell('6.12 (1 of 3)', 'bad', place)]],
  empty: '',
  notes: ['A note.'],
};

test('a page of tables runs nothing, and lets in its own style alone', () => {
  const html = renderTablePage({ tables: [table], linkTo: () => undefined, hash });
  const style = /<style>([^]*)<\/style>/u.exec(html)?.[1] ?? '';
  assert.match(html, /^<!doctype html>\n<html lang="en">/u);
  assert.ok(html.includes(`content="default-src 'none'; style-src 'sha256-${hash(style)}'; base-uri 'none'; form-action 'none'"`));
  assert.doesNotMatch(html, /<script|\son[a-z]+=|\sstyle=/u);
  assert.ok(html.includes('&lt;script>alert(1)&lt;/script>'));
});

test('a cell leads to its run where there is one', () => {
  const html = renderTablePage({ tables: [table], linkTo: ({ run, job }) => `runs/${run}/report.html#${job}`, hash });
  assert.ok(html.includes('<td class="bad right"><a href="runs/a/report.html#slow-disk">6.12 (1 of 3)</a></td>'), html);
  assert.doesNotMatch(renderTablePage({ tables: [table], linkTo: () => undefined, hash }), /<a /u);
});

test('a table without rows says why', () => {
  const html = renderTablePage({ tables: [{ ...table, rows: [], empty: 'Nothing differs.' }], linkTo: () => undefined, hash });
  assert.match(html, /<p>Nothing differs\.<\/p>/u);
  assert.doesNotMatch(html, /<table|A note/u);
});
