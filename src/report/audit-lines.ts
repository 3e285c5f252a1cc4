import type { Audit, AuditedArray } from '../core/facts/audit/audit.ts';
import type { AuditFinding, Severity } from '../core/facts/audit/finding.ts';
import type { UnseenThing } from '../core/facts/audit/gaps.ts';
import type { MemberLoss } from '../core/facts/audit/losses.ts';
import { formatSize } from '../core/text/size.ts';
import { blank, line, span } from './text/line.ts';
import type { Line, Tone } from './text/line.ts';

/** How an audit's facts were come by. */
export interface AuditView {
  /** Whether real names are shown, not stand-ins. */
  readonly hasNames: boolean;
  readonly isRoot: boolean;
}

const marks: Readonly<Record<Severity, { readonly mark: string; readonly tone: Tone }>> = {
  danger: { mark: '✗', tone: 'bad' },
  trap: { mark: '!', tone: 'doubtful' },
  care: { mark: '!', tone: 'doubtful' },
  note: { mark: '·', tone: 'quiet' },
};

/** Gives an audit for people: findings worst first, then what each disk's death would do, what could not be seen, and the verdict. */
export function auditLines(audit: Audit, view: AuditView): readonly Line[] {
  return [
    ...audit.findings.flatMap(findingLines),
    ...audit.arrays.flatMap(arrayLines),
    ...unseenLines(audit.unseen),
    ...verdictLines(audit, view),
  ];
}

function findingLines({ severity, array, what, evidence, why, type }: AuditFinding): readonly Line[] {
  const { mark, tone } = marks[severity];
  return [
    line(0, [span(`${mark} `, tone), ...(array === '' ? [] : [span(`${array}: `, 'strong')]), span(what, tone)], 2),
    ...evidence.map((row) => line(4, [span(row, 'quiet')], 6)),
    line(2, why),
    ...type.map((row) => line(4, [span('→ ', 'good'), span(row)], 6)),
    blank,
  ];
}

function arrayLines({ name, members, profiles, losses }: AuditedArray): readonly Line[] {
  const of = profiles.length === 0 ? '' : ` ${profiles.join(', ')}.`;
  return [line(0, [span(name, 'strong'), span(`: ${String(members)} members.${of} If a disk dies:`)]), ...losses.flatMap(lossLines), blank];
}

function lossLines({ member, lost, isGuess, canMirrorAgain, replacement }: MemberLoss): readonly Line[] {
  const data =
    lost.length === 0
      ? span('nothing is lost', 'good')
      : span(
          `${isGuess ? 'may lose ' : 'loses '}${lost.map(({ type, profile, usedBytes }) => `${formatSize(usedBytes)} of ${type} (${profile})`).join(', ')}`,
          'bad',
        );
  const room = {
    true: 'the others can hold everything with all copies',
    false: 'the others cannot hold everything with all copies: it takes a new disk',
    null: 'whether the others have room is not known',
  }[String(canMirrorAgain) as 'true' | 'false' | 'null'];
  return [
    line(2, [span(`${member}: `), data, span(`; ${room}.`)], 4),
    ...(replacement === null ? [] : [line(4, [span(replacementWords(replacement), 'quiet')], 6)]),
  ];
}

function replacementWords({ sectors, headerBytes, sectorsWithDefaultHeader, luksVersion }: NonNullable<MemberLoss['replacement']>): string {
  const least = `its replacement needs ${String(sectors)} sectors of 512 bytes (${formatSize(sectors * 512)})`;
  if (headerBytes === 0) return `${least}, without encryption`;
  const header = `with a LUKS${luksVersion === null ? '' : String(luksVersion)} header of ${String(headerBytes / 512)} sectors`;
  const other =
    sectorsWithDefaultHeader === null || sectorsWithDefaultHeader === sectors
      ? ''
      : `, or ${String(sectorsWithDefaultHeader)} with the usual LUKS2 header`;
  return `${least} ${header}${other}`;
}

const reasons: Readonly<Record<UnseenThing['because'], string>> = {
  'not-root': 'only root may',
  'no-program': 'its program is not installed',
  failed: 'it failed',
  'not-understood': 'it says something that raidlab does not know',
  'not-there': 'it is not there',
  locked: 'it is locked',
  'not-mounted': 'it is not mounted',
  'no-array': 'there is no btrfs array here',
};

function unseenLines(unseen: readonly UnseenThing[]): readonly Line[] {
  if (unseen.length === 0) return [];
  const groups = Map.groupBy(unseen, ({ what, because }) => `${what}|${because}`);
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const of = [...new Set(group.map((each) => each.of))].join(', ');
    return [`${first.what === 'array' ? 'an array' : first.what} (${of}): ${reasons[first.because]}; \`${first.type}\` would tell`];
  });
  return [line(0, [span('Not seen', 'doubtful')]), ...rows.map((row) => line(2, [span(row, 'quiet')], 4)), blank];
}

function verdictLines({ outcome, findings, arrays }: Audit, { hasNames, isRoot }: AuditView): readonly Line[] {
  const count = findings.filter(({ severity }) => severity !== 'note').length;
  const standIns =
    hasNames || (findings.length === 0 && arrays.length === 0)
      ? []
      : [line(0, [span('uuid-1, mount-1 and the like are stand-ins: the map that collect keeps (--map) tells what they are.', 'quiet')])];
  switch (outcome) {
    case 'well':
      return [...standIns, line(0, [span('Nothing is wrong that raidlab knows of.', 'good')])];
    case 'wrong':
      return [...standIns, line(0, [span(`${String(count)} ${count === 1 ? 'thing is' : 'things are'} wrong.`, 'bad')])];
    case 'unjudged':
      return [
        ...standIns,
        line(0, [span(`Not judged: too little could be seen.${isRoot || arrays.length === 0 ? '' : ' Run it as root.'}`, 'doubtful')]),
      ];
  }
}
