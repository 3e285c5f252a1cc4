// host-packages.mjs [--for-tests] [USER]: brings a Debian host up to setup/requirements.json for who runs it, or for USER: says what is missing and what it
// will run, then runs it as root.
// All it prints goes to stderr. Exit 0: everything is there, or this is no Debian; 69: it cannot be, with the commands for an administrator; 130: interrupted.
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { readHostFacts, readPrograms, readRequirements, readUser } from './host-facts.mjs';
import { aptUpdate, findLacks, formatLacks, formatStep, lacksSubordinateIds, planHost } from './host-plan.mjs';

const unavailable = 69;
const interruptedExit = 130;
const stampPath = path.resolve(import.meta.dirname, '../node_modules/.raidlab-host');

const forTests = process.argv[2] === '--for-tests';
const requirements = readRequirements(forTests);
const whose = readUser(process.argv[forTests ? 3 : 2]);

let interrupted = false;
const wasInterrupted = () => interrupted;

/** @param {string} text one line, or more */
function say(text) {
  process.stderr.write(`raidlab: ${text}\n`);
}

/** @param {readonly string[]} lines that belong to what was said */
function sayList(lines) {
  process.stderr.write(lines.map((line) => `  ${line}\n`).join(''));
}

/**
 * Gives what to put before a command so that root runs it, or why there is no way. Lets sudo ask where a person can answer.
 *
 * @returns {readonly string[] | undefined}
 */
function findRoot() {
  if (process.getuid?.() === 0) return [];
  if (spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return ['sudo'];
  if (!process.stdin.isTTY) return undefined;
  return spawnSync('sudo', ['--validate'], { stdio: 'inherit' }).status === 0 ? ['sudo'] : undefined;
}

/**
 * Runs one step as root and gives what it said if it failed.
 *
 * @param {import('./host-plan.mjs').Step} step what to do
 * @param {readonly string[]} asRoot what goes before a command
 * @returns {Promise<string | undefined>} undefined when it went well
 */
function applyStep(step, asRoot) {
  const argv = step.kind === 'write' ? ['tee', step.hostPath] : step.argv;
  const [program = '', ...args] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', ...argv];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(step.kind === 'write' ? step.content : '');
  let said = '';
  const collect = (/** @type {Buffer} */ chunk) => (said += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      resolve(error.message);
    });
    child.on('close', (code) => {
      resolve(code === 0 ? undefined : said);
    });
  });
}

/**
 * Applies the steps in order, each said before it starts.
 *
 * @param {readonly import('./host-plan.mjs').Step[]} steps what to do
 * @param {readonly string[]} asRoot what goes before a command
 * @returns {Promise<boolean>} whether all went well
 */
async function applySteps(steps, asRoot) {
  for (const step of steps) {
    let said = await applyStep(step, asRoot);
    if (wasInterrupted()) return false;
    if (said !== undefined && step.kind === 'run' && step.argv.includes('install')) {
      // The package list may name files that the mirror has replaced since: ask for a new one, once.
      say(`\`${formatStep(step).at(-1) ?? ''}\` failed; trying again after \`${formatStep(aptUpdate).at(-1) ?? ''}\``);
      said = (await applyStep(aptUpdate, asRoot)) ?? (await applyStep(step, asRoot));
    }
    if (wasInterrupted()) return false;
    if (said !== undefined && !(step.kind === 'run' && step.mayFail === true)) {
      say(`\`${formatStep(step).at(-1) ?? ''}\` failed. It said, at the end:`);
      sayList(said.trimEnd().split('\n').slice(-20));
      say('Mend that, then type the same command again.');
      return false;
    }
  }
  return true;
}

/** Leaves the list of programs that setup/ready.sh looks for, so that the next start is quick. What the tests alone need is none of them. */
function writeStamp() {
  if (forTests) return;
  const programs = requirements.programs.filter(({ only }) => only === undefined || whose.user !== 'root').map(({ program }) => program);
  try {
    writeFileSync(stampPath, `${programs.join('\n')}\n`);
  } catch {
    // A checkout that this user cannot write to: the next start looks again, which costs a tenth of a second.
  }
}

/** @returns {Promise<number>} the exit code */
async function main() {
  const lacks = findLacks(requirements, whose.user, readPrograms(requirements));
  const idsLacking = lacksSubordinateIds(whose);
  if (lacks.length === 0 && !idsLacking) {
    writeStamp();
    return 0;
  }

  const facts = readHostFacts(
    lacks.map((lack) => lack.package),
    whose,
  );
  // Elsewhere nothing is installed: the command itself says what is missing, and what to type for it.
  if (facts.os.id !== 'debian') return 0;
  say('this host lacks what raidlab needs:');
  sayList(formatLacks(lacks));
  if (idsLacking) sayList([`a range of ids for ${facts.user} in /etc/subuid and /etc/subgid: mmdebstrap works without root in it`]);

  const plan = planHost(requirements, lacks, facts);
  if ('impossible' in plan) {
    say(`it cannot be installed from here: ${plan.impossible}. Install it yourself, then type the same command again.`);
    return unavailable;
  }
  const commands = plan.steps.flatMap(formatStep);
  const asRoot = findRoot();
  if (asRoot === undefined) {
    say(`installing it takes root, and ${facts.user} cannot become root here. An administrator can run, as root:`);
    sayList(commands);
    return unavailable;
  }
  say(`running, as root${asRoot.length === 0 ? '' : ' through sudo'} (a minute or two):`);
  sayList(commands);

  if (!(await applySteps(plan.steps, asRoot))) return wasInterrupted() ? interruptedExit : unavailable;
  const left = findLacks(requirements, facts.user, readPrograms(requirements));
  if (left.length > 0) {
    say('all of that ended well, and yet this is still lacking:');
    sayList(formatLacks(left));
    return unavailable;
  }
  writeStamp();
  say('the host is ready');
  return 0;
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  // apt gets the terminal's Ctrl-C too and ends in its own way: wait for it, so that the prompt comes back after its last word.
  process.on(signal, () => {
    interrupted = true;
  });
}
process.exitCode = await main();
