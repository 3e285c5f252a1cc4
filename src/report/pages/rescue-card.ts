import { formatCommand } from '../../core/plan/command.ts';
import { mappingRemovedBy } from '../../core/plan/container.ts';
import type { DrillPlan } from '../../core/plan/drill-plan.ts';
import type { DrillListing } from '../drill/drill-list-lines.ts';
import { layoutLine } from '../text/layout-line.ts';
import { line } from '../text/line.ts';
import { codeBlock } from '../text/markdown.ts';
import { mergeStep } from './merge-step.ts';
import type { StepLine } from './merge-step.ts';
import type { Recording } from './recording.ts';

/** Columns of code on a phone. */
const phoneColumns = 40;

/** A block of code on a page is no longer than this. */
const mostRows = 20;

/** The sources of the card. */
interface CardSource {
  readonly drill: DrillListing;
  readonly plan: DrillPlan;
  readonly recording: Recording | null;
}

/**
 * Gives the card on top of a drill's page, for somebody who has this trouble now and holds a phone: symptom, what not to do, what to
 * type, how to know that it worked, how long it takes. Empty for a demonstration, which repairs nothing.
 */
export function rescueCard(source: CardSource): readonly string[] {
  const { drill } = source;
  const commands = cardCommands(source);
  if (commands.length === 0) return [];
  const parts = [
    `**Symptom:** ${drill.symptom}`,
    ...(drill.wrongMoves.length === 0 ? [] : ['**Do not:**', list(drill.wrongMoves.slice(0, 3).map(shortMove))]),
    '**Type:**',
    ...blocksOf(commands).map((rows) => codeBlock('sh', rows.join('\n'))),
    ...namesPart(commands.join('\n')),
    '**It worked if:**',
    list(signsOf(source)),
    `**How long:** ${durationOf(commands.join('\n'))}`,
  ];
  return [quote(parts.join('\n\n'))];
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function quote(text: string): string {
  return text
    .split('\n')
    .map((row) => (row === '' ? '>' : `> ${row}`))
    .join('\n');
}

/** A wrong move without its consequence, which is given below. */
function shortMove(move: string): string {
  const [first = move] = move.split(/: |; | \(/u);
  return first.replace(/^Don't ./u, (start) => start.slice(-1).toUpperCase()).replace(/\.?$/u, '.');
}

/** Gives the commands of the repair that a person needs, without those before the last fault. */
function cardCommands({ drill, plan, recording }: CardSource): readonly string[] {
  const phases = new Map(drill.steps.map(({ name, phase }) => [name, phase]));
  const asked = plan.steps.findIndex(({ name }) => name === drill.repairFrom);
  const start = asked === -1 ? plan.steps.findLastIndex(({ name }) => phases.get(name) === 'fault') + 1 : asked;
  const typed = plan.steps
    .slice(start)
    .filter(({ name }) => phases.get(name) === 'repair')
    .flatMap((step) => mergeStep(step, recording).flatMap(cardCommand));
  return withoutRepeats(typed);
}

/** Leaves out repeated commands: a second look, a second mount. After resetting counters something must be written to make the zeros last. */
function withoutRepeats(typed: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const command of typed) {
    const isRepeated = /^(?:mount|btrfs inspect-internal|btrfs replace status)\b/u.test(command) && kept.includes(command);
    if (isRepeated && command.startsWith('mount') && kept.at(-1) === 'umount /storage') kept.pop();
    if (!isRepeated && command !== kept.at(-1) && (command !== 'sync' || kept.at(-1) === 'touch /storage')) kept.push(command);
  }
  return kept;
}

/** What a lab types for its own purposes, or only to look. */
const noise = [
  /^(?:install|dd if=\/dev\/urandom|tar|udevadm|cat|fallocate|findmnt|rm --force)\b/u,
  /^rm \/storage\/days-of-writing$/u,
  /^tee \/sys\//u,
  /^sh -c/u,
  /^btrfs (?:filesystem (?:show|usage)|device stats \/)/u,
  /^cryptsetup status/u,
  /^find .*bs=1M/u,
];

/** What is done by hand, as far as a person must do it, too. */
function cardAct(text: string): readonly string[] {
  if (/^take DISK\d+ out$/u.test(text)) return [`# ${text}`];
  const words = /add `([^`]+)` in the boot loader/u.exec(text)?.[1];
  if (words !== undefined) return ['# in the boot loader, add:', `#   ${words}`];
  return text.startsWith('clean shutdown; power on, and watch') ? ['# restart, and watch the console'] : [];
}

/** What every line of crypttab has need not be said. */
function crypttabRows(name: string, options: string): readonly string[] {
  const special = options.split(',').filter((option) => !['luks', 'nofail'].includes(option));
  return [`# add ${name} to /etc/crypttab`, ...(special.length === 0 ? [] : [`#   with the option ${special.join(',')}`])];
}

/** Gives a step's line for the card: with short names instead of the lab's. Nothing for refused commands. */
function cardCommand(step: StepLine): readonly string[] {
  if ('act' in step) return cardAct(step.act);
  if (!('command' in step)) return [];
  const { command, exitCode = 0 } = step;
  // A copy that could not read everything is the expected result.
  if (exitCode !== 0 && exitCode !== null && !/^(?:cp|find|btrfs scrub)\b/u.test(command)) return [];
  const retired = mappingRemovedBy(/^sed -i '(\S+)' \/etc\/crypttab$/u.exec(command)?.[1] ?? '');
  if (retired !== undefined) return [`# remove ${retired} from /etc/crypttab`];
  const added = /^tee -a \/etc\/crypttab <<< '(?<name>\S+) \S+ \S+ (?<options>\S+)'/u.exec(command)?.groups;
  if (added !== undefined) return crypttabRows(added.name ?? '', added.options ?? '');
  if (command.endsWith('/open-storage')) return ['# open all disks, new ones too', 'mount /storage'];
  if (/^find .*-printf/u.test(command)) return ['# copy off what only this half has'];
  if (command.startsWith('wipefs --all')) return ['# wipe the disk to give up, only that:', command];
  if (command.startsWith('truncate ')) return ['truncate --size=0 FILE', '# fetch FILE from the backup later'];
  if (command.startsWith('rm /storage/old')) return ['# delete files you can spare', 'sync'];
  if (noise.some((pattern) => pattern.test(command))) return [];
  const short = command
    .replaceAll(/\/dev\/disk\/by-id\/\S*_(DISK\d+)/gu, '$1')
    .replaceAll(/ --(?:batch-mode|no-legend|no-pager|full|output=json|type luks\d?|uuid \S+|pbkdf(?:-force-iterations)? \S+)/gu, '')
    .replaceAll(/ --key-file \/etc\/luks\/(DISK\d+)\.key/gu, '')
    // The lab's passphrase is nobody else's: they are asked.
    .replace(/^(cryptsetup luksAddKey \S+) <<< .*$/u, '$1')
    .replace(/(dump-super \S+)$/u, '$1 | grep ^gen');
  return [short];
}

/** Splits commands into blocks of code for a page, each command in lines that fit a phone. */
function blocksOf(commands: readonly string[]): readonly (readonly string[])[] {
  const page = { columns: phoneColumns, colour: false, unicode: true, widthOf: (text: string): number => text.length };
  const blocks: string[][] = [[]];
  for (const command of commands) {
    const rows = command.startsWith('#') ? [command] : layoutLine({ ...line(0, command, 2), wrap: 'command' }, page);
    const last = blocks.at(-1) ?? [];
    if (last.length + rows.length > mostRows) blocks.push([...rows]);
    else last.push(...rows);
  }
  return blocks;
}

function namesPart(commands: string): readonly string[] {
  const names = [
    ...(/\bDISK\d/u.test(commands) ? ['`DISK1` … are your devices'] : []),
    ...(commands.includes('crypt-btrfs') ? ['`crypt-btrfs1` … your mappings'] : []),
    ...(commands.includes('replace start')
      ? ['the number after `replace start` is the devid of the old disk (`btrfs filesystem show`)']
      : []),
  ];
  return names.length === 0 ? [] : [`${names.join(', ')}.`];
}

/** Says how a person can check that a claim holds. */
const signs: Readonly<Record<string, (claim: string) => string>> = {
  profiles: (claim) =>
    `\`btrfs filesystem usage /storage\` lists only ${/is (raid\w+|single|dup)/u.exec(claim)?.[1]?.toUpperCase() ?? 'the profile you chose'}, no missing device`,
  scrub: () => '`btrfs scrub start -B /storage` finds no errors',
  'device-stats': () => '`btrfs device stats -c /storage` exits 0',
  reboot: () => 'it mounts after a restart, without `degraded`',
};

function signsOf({ drill, recording, plan }: CardSource): readonly string[] {
  const checks = recording?.checks ?? [];
  const known = checks.flatMap(({ name, claim }) => signs[name]?.(claim) ?? []);
  const lost = drill.mayLose === null ? [] : [`only this is lost: ${drill.mayLose.charAt(0).toLowerCase()}${drill.mayLose.slice(1)}`];
  if (known.length > 0) return [...known, ...lost];
  const proof = plan.steps.find(({ name }) => name === 'proof')?.lines ?? [];
  const told =
    checks.length > 0
      ? checks.map(({ claim }) => claim)
      : proof.map((each) => (each.kind === 'act' ? each.text : `\`${formatCommand(each.command)}\``));
  return [...(told.length === 0 ? [drill.promise] : told), ...lost];
}

/** A hard disk copies about 150 MB/s. */
const perTerabyte = '2 hours per TB in use';

/** Says how long it takes on hard disks. */
function durationOf(commands: string): string {
  const parts = [
    ...(commands.includes('replace start') || /replace status(?![^]*scrub start)/u.test(commands) ? [`replace: ${perTerabyte}`] : []),
    ...(commands.includes('device remove') ? [`removal: longer than ${perTerabyte}, because it rewrites every extent`] : []),
    ...(commands.includes('scrub start') ? [`scrub: ${perTerabyte}`] : []),
    ...(commands.includes('cp --archive') ? [`copy: ${perTerabyte}`] : []),
    ...(/convert=\w+,soft/u.test(commands) ? ['balance: minutes, unless much was written meanwhile'] : []),
  ];
  return `${[...parts, parts.length === 0 ? 'minutes' : 'the rest: minutes'].join('; ')}.`;
}
