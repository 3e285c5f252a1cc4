/**
 * What an event of a run must be: for those that come from elsewhere. What an event says is shown, counted and drawn, so each field is
 * looked at, and one that is not known is refused.
 */
import * as v from 'valibot';
import { bootEventShapes } from '../boot/boot-shape.ts';
import { bootedBy } from '../boot/booted-by.ts';
import { initramfsMakers } from '../boot/initramfs-maker.ts';
import { deviceCounters } from '../btrfs/device-stats.ts';
import { eventFormatVersion } from '../event.ts';
import type { EventBody, RecordedEvent } from '../event.ts';
import { exitCodesBySeverity } from '../exit-code.ts';
import { accelerators } from '../host/accelerator.ts';
import { profiles } from '../layout/profile.ts';
import type { KernelTroubleKind } from '../kernel/trouble.ts';
import {
  BadJson,
  amount,
  count,
  flag,
  list,
  matching,
  number,
  oneOf,
  oneOfAll,
  onlyFields,
  readShape,
  text,
} from '../parsing/json-shape.ts';
import type { Shape } from '../parsing/json-shape.ts';
import type { CheckOutcome, Verdict } from '../verdict/verdict.ts';

const maybe = v.nullable;
const exitCode = oneOf(exitCodesBySeverity);
const words = list(text);
/** A verdict. */
export const verdictShape = oneOfAll<Verdict>({ held: true, broken: true, inconclusive: true, crashed: true, skipped: true });
const outcome = oneOfAll<CheckOutcome>({ held: true, broken: true, inconclusive: true });
const troubleKind = oneOfAll<KernelTroubleKind>({
  oops: true,
  bug: true,
  panic: true,
  'hung-task': true,
  'soft-lockup': true,
  warning: true,
  stall: true,
  'out-of-memory': true,
  'forced-readonly': true,
  fragment: true,
});

const ring = { exitCode: number, said: text };
const alarm = onlyFields({
  command: text,
  runs: count(),
  rangBefore: maybe(onlyFields(ring)),
  firstRang: maybe(onlyFields({ ...ring, sinceFaultMs: amount, step: maybe(text) })),
  isBroken: flag,
  ringsAtEnd: maybe(flag),
});

/** A label of a drill in a run; it names a folder. */
export const jobShape = matching(/^[a-z0-9]+(?:-[a-z0-9]+)*$/u, 'the label of a drill');
/** The name of a run; it names a folder, too. */
export const runShape = matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,199}$/u, 'the name of a run');
/** A time, ISO 8601, UTC, with its milliseconds. */
export const moment = v.pipe(
  v.string('a time'),
  v.check((typed) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u.test(typed) && !Number.isNaN(Date.parse(typed)), 'a time in UTC'),
);

const description = onlyFields({
  exitCode,
  what: text,
  command: v.exactOptional(text),
  said: v.exactOptional(text),
  remedy: text,
});

const plannedJob = onlyFields({
  job: jobShape,
  drill: text,
  isTwin: flag,
  promise: text,
  tags: v.exactOptional(words),
  seed: text,
  skippedSteps: words,
  layout: text,
  payloadBytes: amount,
  kernel: text,
  tools: text,
  boot: v.exactOptional(oneOf(bootedBy)),
  initramfs: v.exactOptional(oneOf(initramfsMakers)),
});

const codePlace = { function: text, offset: maybe(text), module: maybe(text) };
const trouble = onlyFields({
  kind: troubleKind,
  what: text,
  at: maybe(onlyFields(codePlace)),
  process: maybe(onlyFields({ name: text, pid: count() })),
  kernel: maybe(text),
  trace: list(onlyFields({ ...codePlace, uncertain: flag })),
  during: maybe(text),
  atSeconds: maybe(number),
  transcript: words,
});

const sample = onlyFields({
  mounts: list(onlyFields({ guestPath: text, options: words })),
  devices: list(
    onlyFields({
      devid: count(),
      disk: maybe(text),
      sizeBytes: count(),
      errors: v.strictObject(
        v.entriesFromList(deviceCounters, v.exactOptional(count())),
        `an object with ${deviceCounters.join(', ')} at most`,
      ),
    }),
  ),
  chunks: list(
    onlyFields({
      startBytes: count(),
      lengthBytes: count(),
      usedBytes: count(),
      holds: oneOf(['data', 'metadata', 'system']),
      profile: oneOf([...profiles, 'raid0']),
      stripes: list(onlyFields({ devid: count(), offsetBytes: count() })),
    }),
  ),
});

const exposure = onlyFields({
  exposedMs: amount,
  mostBytes: amount,
  endBytes: amount,
  byteSeconds: amount,
  points: list(onlyFields({ afterMs: amount, bytes: amount })),
});

const expectation = onlyFields({
  verdict: oneOf(['held', 'broken', 'crashed']),
  because: text,
  breaks: words,
  crashesIn: v.exactOptional(text),
  source: maybe(text),
});

const check = onlyFields({ name: text, claim: text, outcome, evidence: words });
const step = { drill: text, step: text, title: text };
const fault = { machine: text, fault: text, disk: maybe(text) };
const argv = { machine: text, argv: words };

const bodies = {
  'run-started': {
    run: v.union([v.literal(''), runShape], 'the name of a run'),
    command: text,
    raidlabVersion: text,
    nodeVersion: text,
    directory: maybe(text),
  },
  'run-ended': { exitCode, durationMs: amount },
  'run-planned': {
    seed: text,
    limit: count(1),
    jobs: list(plannedJob),
    shard: v.exactOptional(onlyFields({ number: count(1), of: count(1), wholeRun: list(plannedJob) })),
  },
  'run-failed': { area: text, reason: text, description },
  'remark-made': { text },
  'leftover-removed': { what: text, hostPath: text },
  'cache-entry-rejected': { artefact: text, why: text },
  'cache-entry-evicted': { artefact: text, sizeBytes: amount, why: text },
  'image-build-started': { artefact: text, why: text },
  'image-built': { artefact: text, sizeBytes: amount, durationMs: amount },
  'image-ready': { kind: text, artefact: text, hostPath: text, cached: flag, description: text },
  'accelerator-chosen': { accelerator: oneOf(accelerators), reason: text, remembered: flag },
  'time-factor-raised': { factor: amount, because: text },
  'progress-made': { what: text, fraction: maybe(number), detail: text },
  'machine-started': { machine: text, pid: count(), accelerator: oneOf(accelerators), qemuVersion: text, argv: words },
  'machine-booted': { machine: text, from: oneOf(['kernel', 'template']), durationMs: amount, kernel: text },
  ...bootEventShapes,
  'machine-stopped': { machine: text, how: oneOf(['shutdown', 'crash', 'save', 'dispose', 'died']), detail: text },
  'console-line-seen': { machine: text, line: text },
  'kernel-trouble-seen': { machine: text, trouble },
  'command-typed': { ...argv, command: text },
  'command-started': argv,
  'command-ended': { ...argv, exitCode: count(0, 255), stdout: text, stderr: text, durationMs: amount },
  'drill-started': {
    drill: text,
    promise: text,
    seed: text,
    skippedSteps: words,
    layout: text,
    profiles: onlyFields({ profile: oneOf(profiles), metadataProfile: maybe(oneOf(profiles)) }),
    mountPoint: v.exactOptional(text),
    boot: v.exactOptional(oneOf(bootedBy)),
    payloadBytes: amount,
  },
  'step-started': step,
  'step-ended': { ...step, completed: flag, durationMs: amount },
  'step-restored': { ...step, madeAt: text },
  'step-skipped': step,
  'fault-injected': { ...fault, bytes: maybe(amount) },
  'fault-cleared': fault,
  'observation-made': { source: text, exitCode: number, said: text, meaning: text },
  'array-sampled': {
    machine: text,
    sample,
    disks: list(onlyFields({ serial: text, isIn: flag })),
    acknowledgedRecords: count(),
  },
  'exposure-measured': { drill: text, exposure },
  'alarm-changed': { machine: text, exitCode: number, said: text },
  'alarm-judged': { drill: text, alarm },
  'check-judged': { drill: text, check },
  'verdict-reached': {
    drill: text,
    verdict: verdictShape,
    summary: text,
    durationMs: amount,
    expectation: maybe(expectation),
    surprises: maybe(words),
  },
  'drill-ended': { drill: text, verdict: maybe(verdictShape), exitCode, durationMs: amount },
} as const satisfies Readonly<Record<EventBody['type'], v.ObjectEntries>>;

/** A type of event. */
type EventType = EventBody['type'];

function shapeOf(type: EventType) {
  const stamp = {
    v: v.literal(eventFormatVersion),
    seq: count(),
    at: moment,
    job: v.exactOptional(jobShape),
  };
  return onlyFields({ ...stamp, type: v.literal(type), ...bodies[type] });
}

const eventTypes = Object.keys(bodies) as readonly EventType[];
// One look-up instead of a variant of thirty-five, which would be asked one after the other for each of a hundred thousand events.
const shapes = new Map(eventTypes.map((type) => [type as string, shapeOf(type) as unknown as Shape<RecordedEvent>]));
const typed = v.looseObject({ v: count(1), type: text }, 'an object');

/** Reads an event that may come from anybody; throws {@link BadJson}, whose message completes "… is no event: ". */
export function readEvent(value: unknown): RecordedEvent {
  const { v: version, type } = readShape(typed, value);
  if (version !== eventFormatVersion)
    throw new BadJson(`it has version ${String(version)}, and this raidlab knows ${String(eventFormatVersion)}`);
  const shape = shapes.get(type);
  if (shape === undefined) throw new BadJson(`this raidlab knows no event ${JSON.stringify(type.slice(0, 60))}`);
  return readShape(shape, value);
}
