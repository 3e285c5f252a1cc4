import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { failureLines } from './failure-lines.ts';
import { layoutLine } from './text/layout-line.ts';

const show = (columns: number, ...[description, program]: Parameters<typeof failureLines>): string =>
  failureLines(description, program)
    .flatMap((line) => layoutLine(line, { columns, colour: false, unicode: true, widthOf: stringWidth }))
    .join('\n');

test('a failure is told in three layers, then the remedy, with raidlab called as it is here', () => {
  const description = {
    exitCode: 69,
    what: 'The packages of trixie could not be fetched.',
    command: 'host: mmdebstrap trixie',
    said: 'E: 404\nE: gone\n',
    remedy: 'Run `raidlab doctor`.',
  } as const;
  assert.equal(
    show(Infinity, description, './raidlab'),
    `raidlab: The packages of trixie could not be fetched.
  ran  host: mmdebstrap trixie
  │ E: 404
  │ E: gone
  → Run \`./raidlab doctor\`.`,
  );
});

test('on a narrow terminal it is wrapped, what the tool said, too', () => {
  const description = {
    exitCode: 69,
    what: 'No space left on the disk that holds /var/cache.',
    said: 'a line that is far longer than forty columns are wide',
    remedy: 'Free some space.',
  } as const;
  assert.equal(
    show(40, description),
    `raidlab: No space left on the disk that
  holds /var/cache.
  │ a line that is far longer than forty
  │ columns are wide
  → Free some space.`,
  );
});
