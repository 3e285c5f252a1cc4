import { randomInt } from 'node:crypto';
import { exitCodes } from '../../core/exit-code.ts';
import type { ExitCode } from '../../core/exit-code.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { ByteRange, Fault } from '../../core/fault/fault.ts';
import type { DiskAct } from '../../core/lab/disk-act.ts';
import { payloadStartBytes } from '../../core/layout/usable-space.ts';
import { harmlessJson } from '../../core/text/harmless-text.ts';
import type { LabPlace } from '../../lab/place/lab-place.ts';
import { createContext } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import { diskListLines, unmendedLines } from '../../report/lab/disk-lines.ts';
import { line } from '../../report/text/line.ts';
import type { Cli } from '../cli.ts';
import { defineCommand } from '../define-command.ts';
import { diskArguments, diskExamples } from './disk.ts';
import type { DiskCommand } from './disk.ts';
import { openLabContext } from './lab-context.ts';
import { labHouse, placeOf } from './lab-option.ts';

/** `raidlab disk`. */
export const diskCommand = defineCommand({ parser: diskArguments, examples: diskExamples, run: runDiskCommand });

/** Lists the disks of a lab, or acts on one. */
async function runDiskCommand(cli: Cli, asked: DiskCommand): Promise<ExitCode> {
  const labPlace = await placeOf(cli, asked.lab);
  if (asked.action === 'ls') {
    const { lookAtLab } = await import('../../lab/look-at-lab.ts');
    const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
    const { state, picture } = await lookAtLab(ctx, labPlace, cli.version);
    const { disks, faults } = state;
    if (asked.json) cli.screen.data(`${harmlessJson({ v: 1, lab: asked.lab, disks, faults })}\n`);
    else cli.screen.keep(diskListLines(disks, faults, picture));
    return exitCodes.held;
  }
  const [{ actOnDisk }, { readLabState }] = await Promise.all([
    import('../../lab/disks/act-on-disk.ts'),
    import('../../lab/place/state-file.ts'),
  ]);
  using ctx = openLabContext(cli, `Working on the disks of ${asked.lab}`);
  const act = await readDiskAct(ctx, labPlace, asked);
  const beyondRedundancy = 'beyondRedundancy' in asked && asked.beyondRedundancy;
  const { changed, disk } = await actOnDisk(ctx, labHouse(cli), labPlace, act, beyondRedundancy);
  const { disks, faults, layout } = await readLabState(labPlace);
  const named = disk ?? ('disk' in asked ? asked.disk?.toUpperCase() : undefined);
  const shown = named === undefined ? disks : disks.filter(({ serial }) => serial === named);
  cli.screen.keep([
    ...(changed ? [] : [line(0, 'Nothing to do: it already is.')]),
    ...diskListLines(shown, faults, null),
    ...(asked.action === 'restore' ? unmendedLines(shown, layout.mountPoint) : []),
  ]);
  return exitCodes.held;
}

/** Turns the typed command into an act on a disk. Rejects with `usage/bad-arguments` when the options contradict each other. */
async function readDiskAct(ctx: Context, place: LabPlace, asked: Exclude<DiskCommand, { readonly action: 'ls' }>): Promise<DiskAct> {
  switch (asked.action) {
    case 'pull':
    case 'insert':
      return { do: asked.action, disk: asked.disk };
    case 'add':
      return { do: 'add', sizeBytes: asked.size };
    case 'restore':
      return { do: 'restore', disk: asked.disk ?? null };
    case 'fail':
      return { do: 'break', fault: readErrors(asked) };
    case 'slow':
      return { do: 'break', fault: readSlowness(asked) };
    case 'rot':
      return { do: 'break', fault: { kind: 'silent-corruption', disk: serialOf(asked), at: await readRot(ctx, place, asked) } };
    case 'wipe-header':
      return { do: 'break', fault: { kind: 'header-wipe', disk: serialOf(asked), lengthBytes: asked.size } };
  }
}

function serialOf({ disk }: { readonly disk: string }): string {
  return disk.toUpperCase();
}

function readErrors(asked: Extract<DiskCommand, { readonly action: 'fail' }>): Fault {
  const { read, write, all, at, rate } = asked;
  if (all && (read || write)) throw badArguments('--all includes --read and --write: leave those out.');
  const kind = read && !write ? 'read-errors' : write && !read ? 'write-errors' : 'all-errors';
  return {
    kind,
    disk: serialOf(asked),
    ...(at === undefined ? {} : { at: [at] }),
    ...(rate === undefined ? {} : { everyNth: Math.max(1, Math.round(1 / rate)) }),
  };
}

function readSlowness(asked: Extract<DiskCommand, { readonly action: 'slow' }>): Fault {
  const { to, latency } = asked;
  if (to === undefined && latency === undefined) throw badArguments('Say how slow: --to MIBPS, --latency MS, or both.');
  return {
    kind: 'slow-disk',
    disk: serialOf(asked),
    ...(to === undefined ? {} : { bytesPerSecond: to * 1024 ** 2 }),
    ...(latency === undefined ? {} : { requestsPerSecond: Math.max(1, Math.round(1000 / latency)) }),
  };
}

const defaultRotBytes = 4096;

async function readRot(
  ctx: Context,
  place: LabPlace,
  asked: Extract<DiskCommand, { readonly action: 'rot' }>,
): Promise<readonly ByteRange[]> {
  const { at, bytes } = asked;
  if (at !== undefined && bytes !== undefined) throw badArguments('Use either --at or --bytes, not both.');
  if (at !== undefined) return [at];
  const { drawRot } = await import('../../lab/disks/draw-rot.ts');
  const { layout } = await (await import('../../lab/place/state-file.ts')).readLabState(place);
  const seed = String(randomInt(2 ** 40));
  return drawRot(ctx, place, {
    disk: serialOf(asked),
    bytes: bytes ?? defaultRotBytes,
    seed,
    payloadStartBytes: payloadStartBytes(layout),
  });
}

function badArguments(message: string): RaidlabError {
  return new RaidlabError({ area: 'usage', reason: 'bad-arguments', message, command: 'raidlab disk' });
}
