import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { wellHost } from '../../core/facts/fixtures/host-facts.ts';
import { makeTypeable } from '../../core/facts/fill-in.ts';
import { findArrays } from '../../core/facts/found-array.ts';
import { readFacts } from '../../core/facts/read-facts.ts';
import { rehearseArray } from '../../core/facts/rehearsal/rehearsed-array.ts';
import { formatCommand } from '../../core/plan/command.ts';
import type { CommandKind } from '../../core/runbook/guide.ts';
import { emptyRecord } from '../../core/runbook/rehearsal-record.ts';
import type { RehearsalRecord } from '../../core/runbook/rehearsal-record.ts';
import type { Runbook } from '../../core/runbook/runbook.ts';
import { writeRunbook } from '../../drills/rehearsal/write-runbook.ts';
import { runbookMarkdown } from '../../report/pages/runbook-markdown.ts';
import { renderRunbook } from '../../view/render-runbook.ts';
import { writeRunbookFiles } from './runbook-files.ts';

function runbookWith(name: string, verdicts: readonly RehearsalRecord['verdict'][] = ['held', 'held']): Runbook {
  const facts = wellHost().map((fact) => ({
    ...fact,
    ...('at' in fact ? { at: `/srv/${name}` } : {}),
    ...('label' in fact ? { label: name } : {}),
    ...('mapping' in fact ? { mapping: `${name}${String(fact.mapping).slice(-1)}` } : {}),
    ...('subvolumes' in fact ? { subvolumes: [name] } : {}),
  }));
  const { facts: typeable, words } = makeTypeable(readFacts(JSON.stringify({ v: 1, names: true, facts })), new Map());
  const [found] = findArrays(typeable);
  assert.ok(found !== undefined);
  const rehearsed = rehearseArray(found);
  const rehearsals = rehearsed.losable.map((lost, index) => ({
    lost,
    record: {
      ...emptyRecord,
      verdict: verdicts[index] ?? null,
      summary: `What ${name} says.`,
      checks: [{ name: 'a', claim: `${name} holds`, outcome: 'held' as const, evidence: ['x'] }],
      printed: new Map<CommandKind, readonly string[]>([['scan-devices', [`${name}\n\`\`\`\n<script>`]]]),
    },
  }));
  return writeRunbook({ found, words, host: undefined, rehearsed, seed: '1', rehearsals });
}

/** The blocks of code of a page, and what is left of it: a reader of CommonMark 4.5 that knows no more than what is here. */
function readMarkdown(page: string): { readonly blocks: readonly string[]; readonly rest: string } {
  const blocks: string[] = [];
  const rest: string[] = [];
  let fence: string | undefined;
  let block: string[] = [];
  for (const row of page.split('\n')) {
    const marks = /^(`{3,})([a-z]*)$/u.exec(row);
    if (fence === undefined && marks?.[2] !== undefined && marks[2] !== '') fence = marks[1];
    else if (fence !== undefined && marks?.[2] === '' && (marks[1] ?? '').length >= fence.length) {
      blocks.push(block.join('\n'));
      [fence, block] = [undefined, []];
    } else if (fence === undefined) rest.push(row);
    else block.push(row);
  }
  assert.equal(fence, undefined, 'a block of code has no end');
  return { blocks, rest: rest.join('\n') };
}

/** Takes spans of code away, and what is escaped outside of them, by CommonMark 2.4 and 6.1; no span is longer than a row here. */
function withoutCode(text: string): string {
  const markup = /\\[!-/:-@[-`{-~]|(?<!`)(?<run>`+)(?!`)(?:.*?[^`])?\k<run>(?!`)/gu;
  return text
    .split('\n')
    .map((row) => row.replaceAll(markup, ''))
    .join('\n');
}

const hostile = fc.oneof(
  fc.constantFrom(
    '`x`',
    '```',
    '<img src=x onerror=alert(1)>',
    '</code></pre><script>',
    "it's",
    '$(id)',
    '| a |',
    '[a](javascript:b)',
    '\u202eevil',
    'a\nb',
    '# h',
    '&lt;',
    '..',
    '~',
    '\\',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((text) => text.replaceAll('\0', 'x')),
);

test('whatever an array is called, a page shows its commands as they are, and nothing of the names is markup', () => {
  fc.assert(
    fc.property(hostile, (name) => {
      const runbook = runbookWith(name);
      const commands = runbook.chapters.flatMap(({ steps }) =>
        steps.flatMap((step) => step.commands.map(({ command }) => formatCommand(command))),
      );
      const { blocks, rest } = readMarkdown(runbookMarkdown(runbook));
      assert.deepEqual(
        blocks.filter((block) => commands.includes(block)),
        commands,
      );
      assert.doesNotMatch(withoutCode(rest), /[<>[\]|&`]/u);
      const html = renderRunbook(runbook, { style: '', styleHash: 'x' });
      const tags = new Set([...html.matchAll(/<\/?([a-z0-9]+)/giu)].map(([, tag]) => tag));
      const known = [
        'html',
        'head',
        'meta',
        'title',
        'style',
        'body',
        'h1',
        'h2',
        'h3',
        'p',
        'pre',
        'code',
        'mark',
        'ul',
        'li',
        'dl',
        'dt',
        'dd',
        'section',
        'details',
        'summary',
        'strong',
      ];
      assert.deepEqual(
        [...tags].filter((tag) => !known.includes(tag ?? '')),
        [],
      );
      assert.doesNotMatch(html, /<[^>]+ (?:on\w+|src|href|style)=/u);
      assert.doesNotMatch(html + runbookMarkdown(runbook), /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
    { numRuns: 150 },
  );
});

test('a member whose rehearsal did not hold has nothing to type, and why', () => {
  const runbook = runbookWith('tank', ['held', 'broken']);
  const page = runbookMarkdown(runbook);
  assert.equal(runbook.chapters.length, 1);
  assert.match(page, /## If it is `devid 2 .*`\n\n\*\*There is nothing to type\.\*\* The rehearsal came out broken: What tank says\./u);
  assert.ok(renderRunbook(runbook, { style: '', styleHash: 'x' }).includes('There is nothing to type.'));
});

test('a runbook lies in the folder of its run', async () => {
  const hostPath = mkdtempSync(join(tmpdir(), 'raidlab-test-'));
  try {
    assert.deepEqual(await writeRunbookFiles(hostPath, runbookWith('tank')), ['runbook.md', 'runbook.html']);
    assert.match(readFileSync(join(hostPath, 'runbook.md'), 'utf8'), /^# Runbook: a disk of `tank on \/srv\/tank` has died$/mu);
    assert.match(readFileSync(join(hostPath, 'runbook.html'), 'utf8'), /style-src 'sha256-[A-Za-z0-9+/]{43}='/u);
  } finally {
    rmSync(hostPath, { recursive: true });
  }
});
