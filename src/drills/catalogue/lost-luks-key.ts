import { defaultLayout } from '../../core/layout/layout.ts';
import type { ArrayPlan } from '../../core/plan/array.ts';
import type { Command } from '../../core/plan/command.ts';
import { planFillKey, planTestKey } from '../../core/plan/container.ts';
import type { Drill, Step } from '../drill.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { memberOf } from '../steps/disks-of.ts';
import { lostDevid } from '../steps/lose-disk-steps.ts';
import { act, typed } from '../steps/plan-line.ts';
import { replaceMissingCrash } from '../steps/replace-missing-crash.ts';
import { restart } from '../steps/restart-step.ts';
import { serveDegraded } from '../steps/degraded-steps.ts';
import { replaceAndConvert } from '../steps/replace-steps.ts';
import { triedStep } from '../steps/tried-step.ts';

/** The exit code of cryptsetup when no keyslot opens. Source: cryptsetup(8), RETURN CODES. */
const noPermission = 2;

function planLoseKey(array: ArrayPlan): Command {
  return planFillKey(memberOf(array, lostDevid));
}

const loseKey: Step = {
  name: 'lose-key',
  title: 'Another key lies where the key was; the running array does not notice',
  phase: 'fault',
  skippable: false,
  plan: (array) => [act('somebody restores /etc/luks from the wrong backup'), ...typed(planLoseKey(array))],
  run: async (run) => {
    await run.type(planLoseKey(run.array));
  },
};

const tryKey = triedStep({
  name: 'try-key',
  title: 'The key opens nothing any more',
  phase: 'fault',
  skippable: true,
  tries: (array) => planTestKey(memberOf(array, lostDevid)),
  check: {
    name: 'key-refused',
    claim: 'cryptsetup knows that the key is wrong, and says so with exit 2',
    holds: ({ exitCode }) => exitCode === noPermission,
  },
});

/** A container that nobody can open is a dead disk. */
export const lostLuksKey: Drill = {
  name: 'lost-luks-key',
  promise: 'A member whose key is lost is replaced as if its disk were dead, and the array then survives the loss of any other.',
  symptom: '`cryptsetup open` says "No key available with this passphrase", and no other key exists.',
  story: [
    'The disk is healthy, its header is whole, and it does not open: "No key available with this passphrase". A keyfile was overwritten, restored from the wrong backup, or was on a system disk that is gone. While the array was mounted nobody noticed, because the key was in the kernel. It shows at the next restart.',
    'The same is true of a destroyed header without a backup. There is no way around it: the volume key is in the keyslots, and nothing else opens them. `cryptsetup repair` cannot bring it back.',
    'But every byte is on the other members too. For the array, a member that does not open is a dead disk. Replace it like one: mount degraded, replace, and convert what was written meanwhile with a single copy.',
    'Keep the locked disk until the repair is proved. If its key turns up later, do not put it back into the array: it is stale by then.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't run `cryptsetup luksFormat` on the disk with a new key and hope for the data: it generates a new volume key, and nothing can be read again.",
    "Don't format the locked disk at once to replace it with itself: until the replace is finished, a key that turns up would have made it the second copy.",
    "Don't trust the replace: what was written while degraded has one copy until a soft balance has converted it.",
  ],
  sources: ['cryptsetup(8), RETURN CODES: 2 no permission (bad passphrase)', 'cryptsetup-repair(8)'],
  tags: ['luks', 'missing', 'replace', 'balance'],
  layout: defaultLayout,
  layouts: ['raid1'],
  knowledge: [replaceMissingCrash],
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, loseKey, restart, tryKey, ...serveDegraded, ...replaceAndConvert],
  proof: 'full',
  twin: {
    skipStep: 'soft-balance',
    breaks: ['profiles', 'leg-alone-*'],
    because: 'a locked disk is a lost disk: what was written without it stays in single chunks until it is converted.',
  },
};
