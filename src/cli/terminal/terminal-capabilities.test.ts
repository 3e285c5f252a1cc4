import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeTerminal } from './terminal-capabilities.ts';

const cases: readonly (readonly [
  what: string,
  isTTY: boolean,
  env: Readonly<Record<string, string>>,
  colour: boolean,
  unicode: boolean,
  live: boolean,
])[] = [
  ['a terminal with a UTF-8 locale', true, { TERM: 'xterm-256color', LANG: 'en_GB.UTF-8' }, true, true, true],
  ['a pipe', false, { LANG: 'C.UTF-8' }, false, true, false],
  ['NO_COLOR in a terminal', true, { NO_COLOR: '1', LANG: 'C.UTF-8' }, false, true, true],
  ['an empty NO_COLOR', true, { NO_COLOR: '' }, true, false, true],
  ['FORCE_COLOR in a pipe', false, { FORCE_COLOR: '1' }, true, false, false],
  ['an empty FORCE_COLOR in a pipe', false, { FORCE_COLOR: '' }, true, false, false],
  ['FORCE_COLOR=0 in a terminal', true, { FORCE_COLOR: '0' }, false, false, true],
  ['FORCE_COLOR against NO_COLOR', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, false, true],
  ['a dumb terminal', true, { TERM: 'dumb' }, false, false, false],
  ['a build server with a terminal', true, { CI: 'true' }, true, false, false],
  ['CI=false', true, { CI: 'false' }, true, false, true],
  ['no locale at all', true, {}, true, false, true],
  ['LC_ALL before LANG', true, { LC_ALL: 'C', LANG: 'de_DE.utf8' }, true, false, true],
  ['an empty LC_ALL', true, { LC_ALL: '', LC_CTYPE: 'de_DE.utf8' }, true, true, true],
];

for (const [what, isTTY, env, colour, unicode, live] of cases) {
  test(`${what}: colour ${String(colour)}, unicode ${String(unicode)}, live ${String(live)}`, () => {
    assert.deepEqual(judgeTerminal({ isTTY, env }), { colour, unicode, live });
  });
}
