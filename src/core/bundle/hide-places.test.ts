import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hidePlaces } from './hide-places.ts';

test('the home of a person is hidden, with all that is in it', () => {
  const text = '{"directory":"/home/alice/raidlab-results","argv":["/home/alice/.cache/raidlab/x","/home/alice"]}';
  assert.equal(hidePlaces(text, '/home/alice'), '{"directory":"~/raidlab-results","argv":["~/.cache/raidlab/x","~"]}');
  assert.equal(hidePlaces(text, '/home/alice/'), hidePlaces(text, '/home/alice'));
});

test('another home that begins alike is left', () => {
  assert.equal(hidePlaces('/home/alicette/x', '/home/alice'), '/home/alicette/x');
});

test('root has no name to hide, and a guest has a /root, too', () => {
  for (const home of ['/root', '/', '', '/home']) assert.equal(hidePlaces('/root/x /home/y', home), '/root/x /home/y', home);
});
