import { parseFilesystemShow } from '../../core/btrfs/filesystem-show.ts';
import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import { parseMappingStatus } from '../../core/cryptsetup/status.ts';
import { defaultDiskSizeBytes, defaultLayout } from '../../core/layout/layout.ts';
import { planMappingStatus } from '../../core/plan/container.ts';
import { lookAt, planResize } from '../../core/plan/repair.ts';
import { formatSize } from '../../core/text/size.ts';
import { readOutput } from '../../storage/type-command.ts';
import type { Drill, Step } from '../drill.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { spareOf } from '../steps/disks-of.ts';
import { lostDevid, takeDiskOut } from '../steps/lose-disk-steps.ts';
import { typed } from '../steps/plan-line.ts';
import { replaceMissingCrash } from '../steps/replace-missing-crash.ts';
import { serveDegraded } from '../steps/degraded-steps.ts';
import { replaceAndConvert } from '../steps/replace-steps.ts';

const resizeToMax: Step = {
  name: 'resize',
  title: 'Have the array use the whole of the new disk',
  phase: 'repair',
  skippable: true,
  plan: (array) => typed(lookAt(array).filesystemUsage, planResize(array, lostDevid, 'max')),
  run: async (run) => {
    await run.look(lookAt(run.array).filesystemUsage, (result) => {
      const { deviceSlackBytes } = readOutput(run.guest, result, parseFilesystemUsage).overall;
      return deviceSlackBytes === 0
        ? 'No slack: everything is used already.'
        : `${formatSize(deviceSlackBytes)} of the new disk are not used.`;
    });
    await run.type(planResize(run.array, lostDevid, 'max'));
  },
};

const measure: Step = {
  name: 'measure',
  title: 'Compare what the array uses of the new disk with what there is',
  phase: 'repair',
  skippable: false,
  plan: (array) => typed(planMappingStatus(spareOf(array)), lookAt(array).filesystemShow, lookAt(array).filesystemUsage),
  run: async (run) => {
    const mapping = await run.ask(planMappingStatus(spareOf(run.array)), parseMappingStatus);
    const shown = await run.ask(lookAt(run.array).filesystemShow, parseFilesystemShow);
    const { deviceSlackBytes } = (await run.ask(lookAt(run.array).filesystemUsage, parseFilesystemUsage)).overall;
    const device = shown.flatMap(({ devices }) => devices).find(({ devid }) => devid === lostDevid);
    const payloadBytes = mapping.state === 'active' ? mapping.sizeBytes : null;
    const usesAll = device?.sizeBytes === payloadBytes && deviceSlackBytes === 0;
    run.judge({
      name: 'device-size',
      claim: 'The array uses the whole of the new disk: its size there is that of the opened container, the slack is 0',
      outcome: usesAll ? 'held' : 'broken',
      evidence: [
        `devid ${String(lostDevid)}: ${String(device?.sizeBytes)} bytes; the container's payload: ${String(payloadBytes)} bytes`,
        `device slack: ${String(deviceSlackBytes)} bytes`,
      ],
    });
  },
};

/** A spare that is larger than the missing member. */
export const largerReplacement: Drill = {
  name: 'larger-replacement',
  promise: 'A missing disk is replaced with a larger one; the array uses all of it, and is redundant again.',
  symptom: 'A disk is missing, and the new one is larger. After a replace the array is no larger than before.',
  story: [
    'A disk is dead, and its size is no longer sold. The new one is half as large again. The replace accepts it, ends without an error, and the array is as large as before.',
    'That is how replace works: the new device gets the size of the old one. `btrfs filesystem show` says 1008 MiB of a disk of 1.5 GiB; only `btrfs filesystem usage` shows the rest, as "Device slack".',
    'One more command is needed, `btrfs filesystem resize DEVID:max`, with the devid: without it btrfs resizes devid 1, which may not be the new one, and reports success.',
    'With two disks in raid1, still nothing more fits: each copy needs its own disk, so the smaller one decides. The space becomes usable when the other disk is replaced, too, and by then nobody remembers the resize.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't type `btrfs filesystem resize max` without a devid: that resizes devid 1.",
    "Don't count on the new space at once: in raid1 only space that exists on two disks is usable, `min(total / 2, total - largest)`.",
    "Don't take the resize for a repair: what was written while degraded has one copy until a soft balance has converted it.",
  ],
  sources: ['btrfs-filesystem(8), resize: "If devid is not specified, the default is 1"', 'btrfs-progs issue 21', 'btrfs-progs issue 470'],
  tags: ['missing', 'replace', 'size'],
  layout: { ...defaultLayout, spareSizesBytes: [1.5 * defaultDiskSizeBytes] },
  layouts: [],
  knowledge: [replaceMissingCrash],
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, takeDiskOut, ...serveDegraded, ...replaceAndConvert, resizeToMax, measure],
  proof: 'full',
  twin: {
    skipStep: 'resize',
    breaks: ['device-size'],
    because: 'replace keeps the size of the old device: the rest of the larger disk is slack until somebody says resize.',
  },
};
