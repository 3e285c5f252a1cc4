// `npm run docs`: writes the parts of docs/ that the source decides; with --check it says which of them are out of date.
//
//   src/core/exit-code.ts ──► docs/exit-codes.md
//   src/core/event.ts, and the types it names ──► docs/events.md
//   src/cli, its parsers ──► man/raidlab.1
//   src/drills, docs/drills/recordings ──► docs/drills.md, docs/drills/
//   src/core/layout-file ──► docs/layouts.md, docs/layout.schema.json
//   src/core/campaign/matrix ──► docs/matrix.md, docs/matrix.schema.json
//   src/view/recorded ──► docs/pictures/terminal.svg
//   src/core/facts/sources.ts ──► docs/own-array.md
//   bench/catalogue-results.ndjson ──► docs/kernels-table.md, src/core/campaign/known-durations.ts
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import ts from 'typescript';
import { exitCodeMeanings, exitCodes, exitCodesBySeverity } from '../src/core/exit-code.ts';
import { drillPages, unrecordedDrills } from './drill-pages.mjs';
import { kernelsTablePage } from './kernels-table-page.mjs';
import { knownDurations } from './known-durations.mjs';
import { layoutPages } from './layout-pages.mjs';
import { manPage } from './man-page.mjs';
import { matrixPages } from './matrix-pages.mjs';
import { arePicturesCurrent, terminalSvg } from './pictures.mjs';
import { advicePage } from './advice-page.mjs';
import { ownArrayPage } from './own-array-page.mjs';

const root = path.resolve(import.meta.dirname, '..');
const note = '<!-- Made from the source by `npm run docs`. Do not edit. -->';

/** Types that events and documents are made of: where each is, in the order of the page. */
const shapes = [
  ['src/core/failure/description.ts', 'FailureDescription'],
  ['src/core/event.ts', 'PlannedJob'],
  ['src/core/event.ts', 'PlannedShard'],
  ['src/core/verdict/verdict.ts', 'Verdict'],
  ['src/core/verdict/verdict.ts', 'Check'],
  ['src/core/verdict/expectation.ts', 'Expectation'],
  ['src/core/verdict/verdict.ts', 'CheckOutcome'],
  ['src/core/kernel/trouble.ts', 'KernelTrouble'],
  ['src/core/kernel/trouble.ts', 'KernelTroubleKind'],
  ['src/core/kernel/trouble.ts', 'TraceEntry'],
  ['src/core/plan/command.ts', 'Command'],
  ['src/core/layout/profile.ts', 'ChunkProfiles'],
  ['src/core/array/array-sample.ts', 'ArraySample'],
  ['src/core/array/array-sample.ts', 'SampledDevice'],
  ['src/core/array/array-sample.ts', 'SampledChunk'],
  ['src/core/array/array-sample.ts', 'SampledStripe'],
  ['src/core/alarm/alarm-outcome.ts', 'AlarmOutcome'],
  ['src/core/alarm/alarm-outcome.ts', 'AlarmRing'],
  ['src/core/exposure/exposure.ts', 'ExposureNumbers'],
  ['src/core/exposure/exposure.ts', 'Exposure'],
  ['src/core/exposure/exposure.ts', 'ExposurePoint'],
];

/** The documents that commands print with `--json`, and the one a run leaves. */
const documents = [
  ['`result.json`', 'what a run leaves beside `events.ndjson`', 'src/report/drill/result.ts', ['RunResult', 'RunFailure']],
  [
    'Drills in `result.json`',
    'one for each that was asked for, in that order',
    'src/report/drill/drill-outcome.ts',
    ['DrillOutcome', 'StepResult', 'ConsoleExcerpt'],
  ],
  [
    '`raidlab drills --json`',
    '`{"v": 1, "drills": [DrillListing, …]}`',
    'src/report/drill/drill-list-lines.ts',
    ['DrillListing', 'VersionListing', 'TwinListing'],
  ],
  ['`raidlab drills show NAME --json`', '`{"v": 1, "drill": DrillListing, "plan": DrillPlan, "twinPlan": DrillPlan | null}`', '', []],
  ['`raidlab drill NAME --plan --json`', '`{"v": 1, …DrillPlan}`', 'src/core/plan/drill-plan.ts', ['DrillPlan', 'PlannedStep', 'PlanLine']],
  ['`raidlab drill NAME --shard I/N --plan --json`', '`{"v": 1, …ShardsListing}`', 'src/core/campaign/split-run.ts', ['ShardsListing']],
  ['`raidlab up --plan --json`', '`{"v": 1, …LabPlan}`', 'src/core/lab/lab-plan.ts', ['LabPlan', 'PlannedDisk']],
  [
    '`raidlab matrix --json`',
    '`{"v": 1, "matrix": Matrix, "jobs": [JobState, …], "regressions": [Regression, …]}`; with `--plan` `"progress": MatrixProgress` instead of regressions',
    'src/core/campaign/matrix/attempts.ts',
    ['JobState', 'Attempt', 'AttemptEnd', 'MatrixProgress'],
  ],
  ['Jobs of a matrix', 'what it asks for, and what comes of that', 'src/core/campaign/matrix/matrix.ts', ['Matrix', 'MatrixJob']],
  [
    '`raidlab results --json`',
    '`{"v": 1, "total": {…}, "results": [ArchivedResult, …]}`',
    'src/core/campaign/archived-result.ts',
    ['ArchivedResult', 'Standing'],
  ],
  [
    '`raidlab results --regressions --json`',
    '`{"v": 1, "regressions": [Regression, …]}`',
    'src/core/campaign/regressions.ts',
    ['Regression', 'KernelShare', 'Neighbour'],
  ],
  ['`raidlab results --by-kernel --json`', '`{"v": 1, …KernelGrid}`', 'src/core/campaign/by-kernel.ts', ['KernelGrid', 'KernelRow']],
  ['Counts of results', 'of one drill on one kernel', 'src/core/campaign/counts.ts', ['ResultCounts', 'ResultPlace']],
  [
    '`raidlab compare A B --json`',
    '`{"v": 1, "a": Side, "b": Side, …Comparison}`',
    'src/core/campaign/comparison.ts',
    ['Comparison', 'ComparedSubject', 'SideShare'],
  ],
  [
    '`raidlab doctor --json`',
    '`{"v": 1, "canRunDrill": boolean, "findings": [Finding, …]}`',
    'src/core/host/doctor.ts',
    ['Finding', 'FindingOutcome'],
  ],
  ['`raidlab audit --json`', '`{"v": 1, …Audit}`', 'src/core/facts/audit/audit.ts', ['Audit', 'AuditOutcome', 'AuditedArray']],
  ['Findings of an audit', 'worst first', 'src/core/facts/audit/finding.ts', ['AuditFinding']],
  ['Losses of an audit', 'one for each member', 'src/core/facts/audit/losses.ts', ['MemberLoss', 'ReplacementSize']],
  ['What an audit could not see', 'with the command that would tell', 'src/core/facts/audit/gaps.ts', ['UnseenThing']],
  [
    '`raidlab cache ls --json`',
    '`{"v": 1, …CacheSummary, "entries": [CacheListing, …]}`',
    'src/report/cache-lines.ts',
    ['CacheSummary', 'CacheListing', 'CacheUser'],
  ],
];

/**
 * Parses a source file.
 *
 * @param {string} file its path in the repository
 */
function parse(file) {
  return ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.ES2024, true);
}

/**
 * Finds an exported type or interface.
 *
 * @param {string} file where it is
 * @param {string} name what it is called
 */
function findType(file, name) {
  const source = parse(file);
  const found = source.statements.find(
    (statement) => (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) && statement.name.text === name,
  );
  if (found === undefined) throw new Error(`${file} has no type ${name}`);
  return { source, declaration: /** @type {ts.InterfaceDeclaration | ts.TypeAliasDeclaration} */ (found) };
}

/**
 * Gives the words of a comment in one line.
 *
 * @param {string | undefined} comment as it stands in the source
 */
function wordsOf(comment) {
  return (comment ?? '')
    .replace(/^\/\*\*|\*\/$/g, '')
    .replace(/^\s*\* ?/gm, '')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Gives the documentation comment of a node.
 *
 * @param {ts.Node} node what it is about
 */
function commentOf(node) {
  const [last] = ts.getJSDocCommentsAndTags(node).slice(-1);
  return wordsOf(last?.getText());
}

/**
 * Gives a type as a reader of JSON needs it: without `readonly`, in one line.
 *
 * @param {ts.TypeNode | undefined} type of a field
 * @param {string} [bar] how a `|` is written; in a table it must be escaped
 */
function formatType(type, bar = '\\|') {
  const text =
    type
      ?.getText()
      .replace(/\/\*\*.*?\*\//gs, '')
      .replace(/\breadonly\s+/g, '')
      .replace(/typeof (?:event|result)FormatVersion/g, '1')
      .replace(/\s+/g, ' ')
      .replace(/;? \}/g, ' }') ?? '';
  return `\`${text.replaceAll('|', bar)}\``;
}

/**
 * Gives a table of fields.
 *
 * @param {readonly ts.TypeElement[]} members of an interface or object type
 * @returns {string} Markdown
 */
function formatFields(members) {
  const fields = members.filter(ts.isPropertySignature).filter((field) => field.name.getText() !== 'type');
  if (fields.length === 0) return '';
  const hasComments = fields.some((field) => commentOf(field) !== '');
  const rows = fields.map((field) => {
    const optional = field.questionToken === undefined ? '' : ', may be absent';
    const cells = [`\`${field.name.getText()}\``, `${formatType(field.type)}${optional}`, ...(hasComments ? [commentOf(field)] : [])];
    return `| ${cells.join(' | ')} |`;
  });
  return [hasComments ? '| field | type | |' : '| field | type |', hasComments ? '|---|---|---|' : '|---|---|', ...rows].join('\n');
}

/**
 * Gives a section about a named shape.
 *
 * @param {string} file where it is
 * @param {string} name what it is called
 * @returns {string} Markdown
 */
function formatShape(file, name) {
  const { source, declaration } = findType(file, name);
  const words = ts.isTypeAliasDeclaration(declaration) ? wordsOfConstant(source, declaration.type) : undefined;
  if (words !== undefined) return [`### ${name}`, ...words].join('\n\n');
  const shape = ts.isInterfaceDeclaration(declaration) ? formatFields([...declaration.members]) : formatType(declaration.type, '|');
  const bases = ts.isInterfaceDeclaration(declaration) ? (declaration.heritageClauses ?? []).flatMap((clause) => clause.types) : [];
  const inherited = bases.map((base) => `It also has the fields of ${base.getText()}.`);
  return [`### ${name}`, commentOf(declaration), ...inherited, shape].join('\n\n');
}

/**
 * Gives the comment and the words of the list that a type is made of, `(typeof words)[number]`; undefined for another type.
 *
 * @param {ts.SourceFile} source where both are
 * @param {ts.TypeNode} type what may be made of a list
 * @returns {readonly string[] | undefined} Markdown
 */
function wordsOfConstant(source, type) {
  const list = /^\(typeof (\w+)\)\[number\]$/u.exec(type.getText())?.[1];
  const constant = source.statements
    .filter(ts.isVariableStatement)
    .find((statement) => statement.declarationList.declarations[0]?.name.getText() === list);
  const words = constant?.declarationList.declarations[0]?.initializer?.getText().match(/'[^']+'/gu);
  return constant === undefined || words === undefined || words === null ? undefined : [commentOf(constant), `\`${words.join(' | ')}\``];
}

/** Gives the events, each with the heading of its group before it: comments with `//` in the union name the groups. */
function formatEvents() {
  const { source, declaration } = findType('src/core/event.ts', 'EventBody');
  if (!ts.isTypeAliasDeclaration(declaration) || !ts.isUnionTypeNode(declaration.type)) throw new Error('EventBody is no union');
  let end = declaration.type.pos;
  return declaration.type.types.flatMap((member) => {
    if (!ts.isTypeLiteralNode(member)) throw new Error('an event is no object type');
    const before = source.text.slice(end, member.getStart());
    end = member.end;
    const group = /^\s*\/\/ (.+)$/m.exec(before)?.[1];
    const comment = wordsOf(/\/\*\*.*?\*\//s.exec(before)?.[0]);
    const type = member.members.filter(ts.isPropertySignature).find((field) => field.name.getText() === 'type')?.type;
    const name = (type?.getText() ?? '').replaceAll("'", '`');
    if (comment === '') throw new Error(`the event ${name} has no comment`);
    return [...(group === undefined ? [] : [`## Events of ${group}`]), `### ${name}`, comment, formatFields([...member.members])];
  });
}

function eventsPage() {
  const { declaration } = findType('src/core/event.ts', 'RecordedEvent');
  const stamp =
    ts.isTypeAliasDeclaration(declaration) && ts.isIntersectionTypeNode(declaration.type) ? declaration.type.types[1] : undefined;
  if (stamp === undefined || !ts.isTypeLiteralNode(stamp)) throw new Error('RecordedEvent has no stamp');
  return [
    '# Events and documents',
    note,
    'What programs read of raidlab. A run writes its events to `events.ndjson`, one JSON object a line, as they happen; `raidlab drill --json` prints the same lines. The first is `run-started`, the last always `run-ended`. A version number `v` is raised when a field changes meaning or goes away; new events and new fields may come without that.',
    'Every event has these fields, and those of its type:',
    formatFields([...stamp.members]),
    ...formatEvents(),
    '## Shapes in events',
    ...shapes.map(([file = '', name = '']) => formatShape(file, name)),
    ...documents.flatMap(([title, what, file, names]) => [
      `## ${String(title)}`,
      `${String(what)[0]?.toUpperCase() ?? ''}${String(what).slice(1)}`,
      ...(Array.isArray(names) ? names : []).map((name) => formatShape(String(file), name)),
    ]),
  ];
}

function exitCodesPage() {
  const rows = Object.entries(exitCodes).map(
    ([name, code]) => `| ${String(code)} | ${name} | ${exitCodeMeanings[/** @type {keyof typeof exitCodes} */ (name)]} |`,
  );
  return [
    '# Exit codes',
    note,
    'The exit code is the answer to the question that a command was asked. It is public: it changes only with a new major version.',
    ['| code | name | meaning |', '|---|---|---|', ...rows].join('\n'),
    'Codes 1 to 3 are verdicts about storage. From 64 on nothing was found out about storage. 64, 69 and 70 are `EX_USAGE`, `EX_UNAVAILABLE` and `EX_SOFTWARE` of sysexits.h; 130 is 128 + SIGINT, as shells report it, and is also given after SIGTERM and SIGHUP.',
    `Of several drills the most severe code is given, in this order: ${exitCodesBySeverity.join(', ')}.`,
    'Trouble with the machine once a drill runs (QEMU ended, the guest agent fell silent) is 2, never 1: it says nothing about storage. `raidlab doctor` exits 0 when a drill can run on this host and 69 when not.',
  ];
}

const pages = {
  'docs/events.md': eventsPage(),
  'docs/exit-codes.md': exitCodesPage(),
  ...drillPages(note),
  ...layoutPages(note),
  ...matrixPages(note),
  ...ownArrayPage(note),
  ...advicePage(note),
  ...(await kernelsTablePage(note)),
};
/** Modules that are data, as their text. */
const modules = { 'src/core/campaign/known-durations.ts': [knownDurations()] };
const versionHere = /"version": "([^"]+)"/u.exec(readFileSync(path.join(root, 'package.json'), 'utf8'))?.[1] ?? '';
const isCheck = process.argv.includes('--check');
for (const [file, parts] of Object.entries({ ...pages, ...modules })) {
  const hostPath = path.join(root, file);
  const content = await prettier.format(parts.filter((part) => part !== '').join('\n\n'), {
    ...(await prettier.resolveConfig(hostPath)),
    filepath: hostPath,
  });
  keep(file, content);
}
keep('man/raidlab.1', await manPage(versionHere));
keep('docs/pictures/terminal.svg', terminalSvg());
if (isCheck && !(await arePicturesCurrent())) {
  console.error("docs/pictures are of another report than today's: run `npm run docs:pictures`.");
  process.exitCode = 1;
}

/**
 * Writes a page, or, for a check, says that it is not what it should be.
 *
 * @param {string} file its path in the repository
 * @param {string} content what it is to say
 */
function keep(file, content) {
  const hostPath = path.join(root, file);
  if (!isCheck) {
    mkdirSync(path.dirname(hostPath), { recursive: true });
    writeFileSync(hostPath, content);
  } else if (readCurrent(hostPath) !== content) {
    console.error(`${file} is out of date: run \`npm run docs\`.`);
    process.exitCode = 1;
  }
}

const unrecorded = unrecordedDrills();
// Nothing to fix here: a machine is needed for it.
if (unrecorded.length > 0) console.log(`No recorded run of ${unrecorded.join(', ')}: \`npm run docs:record -- RUN_DIR\` keeps one.`);

/**
 * Reads what is there now.
 *
 * @param {string} hostPath of a page
 */
function readCurrent(hostPath) {
  try {
    return readFileSync(hostPath, 'utf8');
  } catch {
    return '';
  }
}
