/**
 * The second level of templates: a machine whose array is built and filled, saved while it runs.
 *
 *     booted template ──fork, memory in a file──► build steps ──save──► array template ──fork──► the drill goes on from here
 *
 * The template contains what the drill's build steps do: other build steps, another layout or another payload need another
 * template.
 */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskSizesBytes } from '../../core/layout/layout.ts';
import type { Bus } from '../../core/layout/layout.ts';
import { planArray } from '../../core/plan/array.ts';
import { fields, list, readShape, text } from '../../core/parsing/json-shape.ts';
import type { Shape } from '../../core/parsing/json-shape.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import type { Manifest } from '../../core/payload/manifest.ts';
import type { CacheEntry } from '../../machine/cache/entry-record.ts';
import type { EntryKey } from '../../machine/cache/entry-name.ts';
import { hashText } from '../../machine/cache/file-hash.ts';
import type { OpenStore } from '../../machine/cache/open-store.ts';
import type { Context } from '../../machine/context.ts';
import type { SavedMachine } from '../../machine/start/saved-machine.ts';
import { forkMachine } from '../../machine/start/start-machine.ts';
import { planBootedKey } from '../../machine/template/booted-template.ts';
import { savedFiles, templateFailure } from '../../machine/template/template-files.ts';
import { ensureTemplate } from '../../machine/template/template-use.ts';
import type { Payload } from '../../storage/payload-image.ts';
import { disksIn, drawUuids, openBlankRun } from './blank-run.ts';
import type { Step } from '../drill.ts';
import { DrillRun } from '../drill-run.ts';
import { overlayDisks } from './machine-kit.ts';
import type { MachineDisks, MachineKit } from './machine-kit.ts';
import type { WrittenTree } from '../written-tree.ts';
import type { DrillRequest } from '../drill-request.ts';

/** A built and filled array, at rest. */
export interface ArrayTemplate {
  readonly entry: CacheEntry;
  readonly saved: SavedMachine;
  readonly disks: MachineDisks;
  readonly payload: Payload;
  readonly facts: ArrayFacts;
}

/** What a drill must know about the array it starts from. */
interface ArrayFacts {
  /** Of the members' containers, in order; spares get theirs in each drill. */
  readonly luksUuids: readonly string[];
  readonly writtenTrees: readonly WrittenTree[];
  readonly serials: readonly string[];
}

const factsShape: Shape<ArrayFacts> = fields({
  luksUuids: list(text),
  writtenTrees: list(fields({ tree: text, guestPath: text })),
  serials: list(text),
});

/** Raised when the same build steps make a different array. */
const arrayVersion = 2;

const machineName = 'array-template';
const files = { payload: 'payload.tar', manifests: 'manifests.json', commands: 'commands.ndjson' } as const;

/**
 * Gives the template of a drill's built array; if it is not cached, `build` makes it by running the drill's build steps. Rejects as
 * `build` and `ensureEntry` do.
 */
export async function ensureArrayTemplate(
  ctx: Context,
  { kit, store, request }: { readonly kit: MachineKit; readonly store: OpenStore; readonly request: DrillRequest },
  steps: readonly Step[],
  build: (run: DrillRun) => Promise<void>,
): Promise<ArrayTemplate> {
  const entry = await ensureTemplate(
    ctx,
    store,
    request.templates,
    await planArrayKey(kit, request, steps),
    async (building, { entryHostPath }) => {
      const saved = savedFiles(entryHostPath);
      const commands: string[] = [];
      const recording: Context = {
        ...building,
        emit: (event) => {
          if (event.type === 'command-ended') commands.push(`${JSON.stringify(event)}\n`);
          building.emit(event);
        },
      };
      const saving: MachineKit = {
        ...kit,
        disksHostPath: entryHostPath,
        startMachine: async (startCtx, spec) => kit.startMachine(startCtx, spec, saved.memoryHostPath),
      };
      try {
        await using run = await openBlankRun(recording, saving, request, machineName);
        await build(run);
        const facts = factsOf(run);
        await run.save(saved.stateHostPath);
        await writeFile(join(entryHostPath, files.manifests), JSON.stringify([...run.payload.manifests]));
        await writeFile(join(entryHostPath, files.commands), commands.join(''));
        return { description: `${request.drill.name}, seed ${request.seed}`, packages: {}, facts: { ...facts } };
      } catch (error) {
        throw templateFailure(error, saved.memoryHostPath);
      }
    },
  );
  return readTemplate(entry, request.layout.bus);
}

/** Forks a drill's machine from the template, with its own copy-on-write disks, and gives the drill as it is after its build steps. */
export async function resumeFromTemplate(ctx: Context, kit: MachineKit, request: DrillRequest, template: ArrayTemplate): Promise<DrillRun> {
  const { facts, payload, saved } = template;
  const { layout, lostMember } = request;
  const disks = await overlayDisks(ctx, kit, 'main', template.disks);
  const array = planArray(layout, [...facts.luksUuids, ...drawUuids(layout.spareSizesBytes.length)], lostMember);
  const run = new DrillRun(ctx, { drill: request.drill.name, array, kit, disks, payload, seed: request.seed });
  await run.bootBy(async (startCtx, spec) => forkMachine(startCtx, spec, saved));
  run.writtenTrees.push(...facts.writtenTrees);
  // What was typed when the template was made is evidence for every drill that starts from it.
  if (template.entry.cached)
    await copyFile(join(template.entry.hostPath, files.commands), join(kit.evidenceHostPath, 'main', 'template-commands.ndjson'));
  return run;
}

/** Gives what identifies the template: what it is forked from, and everything its build steps do, with placeholders for random values. */
async function planArrayKey(kit: MachineKit, request: DrillRequest, steps: readonly Step[]): Promise<EntryKey> {
  const booted = await planBootedKey(kit.parts);
  const { layout, payloadBytes, seed } = request;
  const array: ArrayPlan = planArray(
    layout,
    diskSizesBytes(layout).map((_, index) => `UUID-${String(index)}`),
  );
  const shape = [
    arrayVersion,
    booted.digest,
    layout,
    payloadBytes,
    seed,
    steps.map((step) => [step.name, step.plan(array), ...(step.edition === undefined ? [] : [step.edition])]),
  ];
  return { kind: 'array', digest: await hashText(JSON.stringify(shape)), artefact: 'template of a built array' };
}

function factsOf(run: DrillRun) {
  return {
    luksUuids: run.array.members.map((member) => member.luksUuid),
    writtenTrees: run.writtenTrees.map(({ tree, guestPath }) => ({ tree, guestPath })),
    serials: run.machine.disks().map((disk) => disk.serial),
  };
}

async function readTemplate(entry: CacheEntry, bus: Bus): Promise<ArrayTemplate> {
  const { hostPath, record } = entry;
  const facts = readShape(factsShape, record.facts);
  const manifests = new Map(JSON.parse(await readFile(join(hostPath, files.manifests), 'utf8')) as [string, Manifest][]);
  return {
    entry,
    facts,
    saved: { ...savedFiles(hostPath), serials: facts.serials, root: 'joined' },
    disks: await disksIn(hostPath, facts.serials, bus),
    payload: { hostPath: join(hostPath, files.payload), manifests },
  };
}
