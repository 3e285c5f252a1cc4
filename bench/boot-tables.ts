// The tables of docs/boot.md, from what was measured.
import type { BootEnd } from '../src/core/boot/boot-word.ts';
import type { BootCase, BootResults, BootRun } from './boot-results.ts';
import { markdownTable, median, seconds } from './measure.ts';

/** Gives the tables in Markdown, the drills in the given order. */
export function bootTables({ runs, images }: BootResults, drills: readonly string[]): string {
  return [
    ...drillTable(runs, drills, false),
    ...drillTable(runs, drills, true),
    ...raceTable(runs),
    ...systemTable(runs),
    ...imageTable(images),
  ].join('\n\n');
}

function drillTable(all: readonly BootRun[], drills: readonly string[], isTwin: boolean): readonly string[] {
  const runs = all.filter((run) => run.isTwin === isTwin);
  if (runs.length === 0) return [];
  const columns = columnsOf(runs);
  const rows = drills.flatMap((drill) =>
    (['luks2', 'none'] as const).flatMap((encryption) => {
      const own = runs.filter((run) => run.drill === drill && run.encryption === encryption);
      if (own.length === 0) return [];
      const cells = columns.map((column) => formatRuns(own.filter((run) => columnOf(run) === column)));
      return [[`[${drill}](drills/${drill}.md)`, encryption === 'none' ? 'no' : 'yes', ...cells]];
    }),
  );
  const title = isTwin
    ? '### Twins\n\nEach must come out `broken`, for the reason that it names.'
    : '### Drills\n\nThe verdict, and after how many seconds from power-on the last boot of the drill has ended, and where: the median of the runs.';
  return [title, markdownTable([isTwin ? 'twin of' : 'drill', 'LUKS', ...columns], rows)];
}

function columnOf({ suite, maker }: Pick<BootCase, 'suite' | 'maker'>): string {
  return `${suite}, ${maker}`;
}

function columnsOf(runs: readonly BootRun[]): readonly string[] {
  return [...new Set(runs.map(columnOf))].sort();
}

function lostRaces(runs: readonly BootRun[]): readonly BootRun[] {
  return runs.filter(({ lostRace }) => lostRace);
}

const ends: Readonly<Record<BootEnd, string>> = {
  login: 'login',
  emergency: 'emergency mode',
  'initramfs-shell': 'shell of the initramfs',
  locked: 'root locked',
};

/**
 * Gives what runs came to: `held 3 of 3, login after 39.2 s`; what was no success is bold, with its broken checks. In how many of them
 * the race of two members was lost is told, too.
 */
function formatRuns(runs: readonly BootRun[]): string {
  const words = [...new Set(runs.map(wordOf))];
  return words
    .map((word) => {
      const those = runs.filter((run) => wordOf(run) === word);
      const count = `${word} ${those.length} of ${runs.length}`;
      const isGood = those.every(({ outcome }) => ['held', 'as expected'].includes(outcome));
      const broken = [...new Set(those.flatMap(({ brokenChecks }) => brokenChecks))].map((name) => `\`${name}\``);
      const raced = lostRaces(those).length;
      const cause = raced === 0 ? [] : [`[a race](#a-race) in ${raced}`];
      return [isGood ? count : `**${count}**`, ...broken, ...cause, ...bootsOf(those)].join(', ');
    })
    .join('; ');
}

function wordOf({ outcome, verdict }: BootRun): string {
  return outcome === 'as expected' ? (verdict ?? outcome) : outcome;
}

/** Gives each end that their boots came to, with its median. */
function bootsOf(runs: readonly BootRun[]): readonly string[] {
  return [...Map.groupBy(runs, ({ end }) => end)].flatMap(([end, those]) => {
    const times = those.flatMap(({ bootMs }) => bootMs ?? []);
    if (end === undefined || times.length === 0) return [];
    return [`${end === null ? 'no end' : ends[end]} after ${seconds(median(times))}`];
  });
}

/** In how many runs the race of two members was lost, by system: of those drills where it was lost by any. */
function raceTable(all: readonly BootRun[]): readonly string[] {
  const drills = new Set(lostRaces(all).map(({ drill }) => drill));
  const runs = all.filter(({ drill }) => drills.has(drill));
  if (runs.length === 0) return [];
  const rows = columnsOf(runs).map((column) => {
    const those = runs.filter((run) => columnOf(run) === column);
    return [column, String(those.length), String(lostRaces(those).length)];
  });
  const title = '### How often the race was lost\n\nOf the drills and twins in which [it](#a-race) was lost at all.';
  return [title, markdownTable(['system', 'runs', 'lost it'], rows)];
}

function systemTable(runs: readonly BootRun[]): readonly string[] {
  const systems = [...new Set(runs.map(({ system }) => system))].sort();
  return systems.length === 0 ? [] : ['### The systems', systems.map((system) => `- ${system}`).join('\n')];
}

function imageTable(images: BootResults['images']): readonly string[] {
  if (images.length === 0) return [];
  const rows = images
    .toSorted((one, other) => columnOf(one).localeCompare(columnOf(other)))
    .map((image) => {
      const ours = median(image.oursMs);
      const plain = median(image.plainMs);
      return [columnOf(image), seconds(image.buildMs), seconds(ours), seconds(plain), (ours / plain).toFixed(2)];
    });
  const title = '### From nothing to the login\n\nThe goals are 4 minutes for an image, once, and 1.3 for the ratio.';
  return [title, markdownTable(['system', 'image built', 'boot to the login', 'plain QEMU boot of the same files', 'ratio'], rows)];
}
