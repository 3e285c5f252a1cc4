import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContext } from '../../machine/context.ts';
import type { GuestProcess } from '../../machine/guest.ts';
import { Conversation } from './conversation.ts';
import type { AskingScript, Person } from './person.ts';

/** A process and a person who write down what they get. */
function openPair(takes: (ctx: { readonly signal: AbortSignal }) => Promise<unknown> = () => Promise.resolve()) {
  const written: string[] = [];
  const shown: string[] = [];
  let asking: AskingScript | undefined;
  const process: GuestProcess = {
    argv: ['ask'],
    pid: 1,
    write: (bytes) => written.push(Buffer.from(bytes).toString()),
    poll: () => Promise.resolve(undefined),
    wait: () => Promise.reject(new Error('not used')),
  };
  const person: Person = {
    terminal: { term: 'xterm', rows: 24, columns: 80 },
    takeOver: async (ctx, script) => {
      await takes(ctx);
      asking = script;
      return { show: (bytes) => shown.push(bytes.toString()), [Symbol.dispose]: () => shown.push('given back') };
    },
  };
  return { written, shown, process, person, script: () => asking ?? assert.fail('it was not asked') };
}

const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const text = (said: string): Buffer => Buffer.from(said);

test('a script that does not ask has no terminal', async () => {
  const { shown, process, person } = openPair();
  {
    await using conversation = new Conversation(createContext(), person, 'prove: a.sh');
    conversation.isWith(process);
    conversation.hear('stdout', text('working\n'));
    await settle();
  }
  assert.deepEqual(shown, []);
});

test('one that asks shows what it wrote before, and is given the answer', async () => {
  const { written, shown, process, person, script } = openPair();
  {
    await using conversation = new Conversation(createContext(), person, 'prove: a.sh');
    conversation.hear('stdout', text('working\n'));
    // It may ask before it is known which process it is.
    conversation.hear('stderr', text('it asks\n'));
    conversation.isWith(process);
    conversation.hear('stdout', text('Really? '));
    await settle();
    assert.equal(script().name, 'prove: a.sh');
    assert.deepEqual(shown, ['working\n', 'Really? ']);
    script().type(text('yes\r'));
    script().type(text(''));
    conversation.hear('stderr', text('it asks again\n'));
    conversation.hear('stdout', text('done\n'));
    await settle();
    assert.deepEqual(written, ['yes\r']);
    script().leave();
    assert.deepEqual(written, ['yes\r', '']);
  }
  assert.deepEqual(shown, ['working\n', 'Really? ', 'done\n', 'given back']);
});

test('one that ends while another script has the terminal gives up its turn, one that never began too', async () => {
  const takes = async ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('over'));
      });
    });
  const { written, shown, process, person } = openPair(takes);
  for (const begins of [true, false]) {
    await using conversation = new Conversation(createContext(), person, 'prove: a.sh');
    conversation.hear('stderr', text('it asks\n'));
    if (begins) conversation.isWith(process);
    await settle();
  }
  assert.deepEqual([written, shown], [[''], []]);
});

test('a terminal that cannot be taken over is told, and the script finds the end of its input', async () => {
  const { written, process, person } = openPair(() => Promise.reject(new Error('no terminal')));
  const conversation = new Conversation(createContext(), person, 'prove: a.sh');
  conversation.isWith(process);
  conversation.hear('stderr', text('it asks\n'));
  await settle();
  assert.deepEqual(written, ['']);
  await assert.rejects(conversation[Symbol.asyncDispose](), /no terminal/u);
});
