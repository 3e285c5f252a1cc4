// `npm run bench:kernels -- [K/T,…]`: the lab on kernels and tools of several suites: up, a disk pulled and replaced, the proof. Writes
// the table into docs/measurements.md, between its markers.
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import prettier from 'prettier';
import type { RecordedEvent } from '../src/core/event.ts';
import { markdownTable, seconds, typeInLab } from './measure.ts';

const kernels = ['bullseye', 'bookworm', 'trixie', 'trixie-backports'];
const tools = ['bookworm', 'trixie', 'sid'];
const asked = process.argv[2]?.split(',') ?? kernels.flatMap((kernel) => tools.map((suite) => `${kernel}/${suite}`));

interface Row {
  readonly kernel: string;
  readonly tools: string;
  readonly verdict: string;
  readonly upMs: number;
  readonly simulationMs: number;
  readonly broken: string;
}

const rows: Row[] = [];
for (const pair of asked) {
  const [kernel = '', suite = kernel] = pair.split('/');
  rows.push(await measurePair(kernel, suite));
}
await tellTable();

async function measurePair(kernel: string, suite: string): Promise<Row> {
  using directory = mkdtempDisposableSync(path.join(tmpdir(), 'raidlab-bench-'));
  try {
    const { wallMs: upMs } = await typeInLab(directory.path, ['up', '--kernel', kernel, '--tools', suite]);
    const status = JSON.parse((await typeInLab(directory.path, ['status', '--json'])).stdout) as {
      readonly state: { readonly life: { readonly machine: { readonly kernelVersion: string; readonly tools: string } } };
    };
    const simulated = await typeInLab(directory.path, ['simulate-disk-failure', '--json'], [0, 1, 2, 3]);
    const events = simulated.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RecordedEvent);
    const verdict = events.find((event) => event.type === 'verdict-reached')?.verdict ?? 'none';
    const broken = events.flatMap((event) => (event.type === 'check-judged' && event.check.outcome !== 'held' ? [event.check.name] : []));
    const { kernelVersion, tools: description } = status.state.life.machine;
    const row = { kernel: kernelVersion, tools: description, verdict, upMs, simulationMs: simulated.wallMs, broken: broken.join(', ') };
    console.log(`${kernel}/${suite}: ${verdict}, up ${seconds(upMs)}, simulation ${seconds(simulated.wallMs)} ${row.broken}`);
    return row;
  } catch (error) {
    console.log(`${kernel}/${suite}: ${(error as Error).message}`);
    const verdict = 'not up';
    return { kernel, tools: suite, verdict, upMs: Number.NaN, simulationMs: Number.NaN, broken: '' };
  } finally {
    await typeInLab(directory.path, ['destroy'], [0, 64]);
  }
}

async function tellTable(): Promise<void> {
  const took = (ms: number): string => (Number.isNaN(ms) ? '' : seconds(ms));
  const cells = rows.map((row) => [row.kernel, row.tools, row.verdict, took(row.upMs), took(row.simulationMs), row.broken]);
  const head = ['kernel', 'tools', 'verdict', 'up', 'pull, replace, proof', 'checks that did not hold'];
  const table = markdownTable(head, cells);
  const hostPath = path.resolve(import.meta.dirname, '../docs/measurements.md');
  const made = (word: string): string => `<!-- Made by \`npm run bench:kernels\`: ${word} -->`;
  const [before, after] = readFileSync(hostPath, 'utf8').split(new RegExp(`${made('begin')}.*${made('end')}`, 'su'), 2);
  if (before === undefined || after === undefined) throw new Error(`${hostPath} has no place for the table:\n${table}`);
  const text = `${before}${made('begin')}\n\n${table}\n\n${made('end')}${after}`;
  writeFileSync(hostPath, await prettier.format(text, { ...(await prettier.resolveConfig(hostPath)), filepath: hostPath }));
}
