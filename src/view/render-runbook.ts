import { formatCommand } from '../core/plan/command.ts';
import type { Prose } from '../core/runbook/prose.ts';
import type { Runbook, RunbookBeforehand, RunbookChapter, RunbookCommand, RunbookStep, RunbookWord } from '../core/runbook/runbook.ts';
import { durationWords } from '../report/pages/runbook-markdown.ts';
import { htmlPage, markup } from './html-page.ts';
import { element } from './parts/element.ts';
import type { Content } from './parts/element.ts';

/** A runbook as a page has no script, and one style of its own, which is let in by its SHA-256 in base64. */
export interface RunbookStyle {
  readonly style: string;
  readonly styleHash: string;
}

/** The style of a runbook: read on a phone beside a server, and printed. */
export const runbookStyle = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 50rem; margin: 0 auto; padding: 1rem }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: .6rem .8rem; border: 1px solid #8886; border-radius: .3rem }
pre.type { border-inline-start: .3rem solid #2a7 }
mark { background: #fd06; color: inherit; border-radius: .2rem }
dt { font-weight: 600 }
dd { margin: 0 0 .3rem 1rem }
.quiet { opacity: .75 }
@media print { pre { break-inside: avoid } }
`;

/** Gives a runbook as one HTML file that needs nothing else and runs nothing. */
export function renderRunbook(runbook: Runbook, { style, styleHash }: RunbookStyle): string {
  return htmlPage({ title: `Runbook: ${runbook.array}`, style, styleHash }, markup(body(runbook)));
}

function body({ array, rehearsal, speed, beforehand, chapters, withheld, notProved }: Runbook): Content {
  const { drill, seed, kernel, hostKernel, tools, hostTools, layout } = rehearsal;
  const host = (other: string | null): string => (other === null ? '' : ` (the array’s host has ${other})`);
  return [
    element('h1', null, 'Runbook: a disk of ', element('code', null, array), ' has died'),
    element(
      'p',
      null,
      `Rehearsed on ${layout}, with the drill ${drill} (seed ${seed}), Linux ${kernel}${host(hostKernel)}, btrfs-progs ${tools}${host(hostTools)}. Every command was typed there in this order, with other names, and the result proved. Read all of it before you type the first one. Type one at a time, as root.`,
    ),
    element('p', null, words(speed)),
    beforehand === null ? null : beforehandSection(beforehand),
    chapters.map((chapter) => chapterSection(chapter, chapters.length + withheld.length > 1)),
    withheld.map(({ lost, why }) => [
      element('h2', null, 'If it is ', element('code', null, lost)),
      element('p', null, element('strong', null, 'There is nothing to type.'), ` The rehearsal came out ${why}`),
    ]),
    element('h2', null, 'What the rehearsal did not prove'),
    list(notProved),
  ];
}

function beforehandSection({ why, words: fill, steps }: RunbookBeforehand): Content {
  const names = fill.map(({ word }) => word);
  return element(
    'section',
    null,
    element('h2', null, 'Today, while every disk is there'),
    element('p', null, words(why)),
    wordList(fill),
    steps.map((step, index) => stepSection(step, index + 1, names)),
  );
}

function wordList(fill: readonly RunbookWord[]): Content {
  if (fill.length === 0) return null;
  return [
    element('p', null, 'Marked words are to be filled in; quote what has blanks or other signs in it.'),
    element(
      'dl',
      null,
      fill.map(({ word, find }) => [
        element('dt', null, element('code', null, element('mark', null, word))),
        element('dd', null, words(find)),
      ]),
    ),
  ];
}

function chapterSection({ lost, before, words: fill, steps, stoodFor, proved }: RunbookChapter, isOneOfMany: boolean): Content {
  const names = fill.map(({ word }) => word);
  return element(
    'section',
    null,
    element('h2', null, isOneOfMany ? 'If it is ' : 'The lost member: ', element('code', null, lost)),
    element('h3', null, 'Before you begin'),
    list(before.map(words)),
    wordList(fill),
    steps.map((step, index) => stepSection(step, index + 1, names)),
    element('h3', null, 'What the rehearsal proved'),
    list(stoodFor.map(words)),
    list(proved),
  );
}

function stepSection({ title, commands, notes }: RunbookStep, number: number, names: readonly string[]): Content {
  return element(
    'section',
    null,
    element('h3', null, `${String(number)}. ${title}`),
    commands.map((command) => commandBlock(command, names)),
    notes.map((note) => element('p', null, words(note))),
  );
}

function commandBlock({ command, prints, check, takes, otherwise, rehearsed }: RunbookCommand, names: readonly string[]): Content {
  const fact = (name: string, content: Content): Content => [element('dt', null, name), element('dd', null, content)];
  return [
    element('pre', { class: 'type' }, element('code', null, marked(formatCommand(command), names))),
    element(
      'dl',
      null,
      fact('It prints', words(prints)),
      check === null ? null : fact('Check', words(check)),
      takes === null ? null : fact('It takes', typeof takes === 'number' ? `${durationWords(takes)}.` : words(takes)),
      otherwise.length === 0
        ? null
        : [
            element('dt', null, 'If it says otherwise'),
            otherwise.map(({ says, then }) => element('dd', null, words(says), ': ', words(then))),
          ],
    ),
    rehearsed === null || rehearsed.trim() === ''
      ? null
      : element(
          'details',
          { class: 'quiet' },
          element('summary', null, 'In the rehearsal it printed'),
          element('pre', null, rehearsed.trimEnd()),
        ),
  ];
}

/** Marks the words to fill in. */
function marked(text: string, names: readonly string[]): Content {
  const pieces = text.split(/(?<![A-Z0-9-])(?=[A-Z])|(?<=[A-Z0-9])(?![A-Z0-9-])/u);
  return pieces.map((piece) => (names.includes(piece) ? element('mark', null, piece) : piece));
}

function words(parts: Prose): Content {
  return parts.map((part) => ('code' in part ? element('code', null, part.code) : part.text));
}

function list(items: readonly Content[]): Content {
  return element(
    'ul',
    null,
    items.map((item) => element('li', null, item)),
  );
}
