import { group, or } from '@optique/core/constructs';
import type { Mode, Parser } from '@optique/core/parser';
import type { Cli } from './cli.ts';
import type { Command, RunCommand } from './define-command.ts';

/** All commands, as the first help page groups them. Each is loaded when it is typed: the others would take longer than a short one runs. */
const groups: Readonly<Record<string, Readonly<Record<string, () => Promise<Command>>>>> = {
  Drills: {
    drill: async () => (await import('./drill.ts')).drillCommand,
    drills: async () => (await import('./drills.ts')).drillsCommand,
    report: async () => (await import('./report.ts')).reportCommand,
    merge: async () => (await import('./campaign/merge.ts')).mergeCommand,
    new: async () => (await import('./new.ts')).newCommand,
    'kernel-log': async () => (await import('./kernel-log.ts')).kernelLogCommand,
  },
  Results: {
    matrix: async () => (await import('./campaign/matrix.ts')).matrixCommand,
    results: async () => (await import('./campaign/results.ts')).resultsCommand,
    compare: async () => (await import('./campaign/compare.ts')).compareCommand,
  },
  Labs: {
    up: async () => (await import('./lab/up.ts')).upCommand,
    ssh: async () => (await import('./lab/ssh.ts')).sshCommand,
    console: async () => (await import('./lab/console.ts')).consoleCommand,
    status: async () => (await import('./lab/status.ts')).statusCommand,
    disk: async () => (await import('./lab/run-disk-command.ts')).diskCommand,
    'simulate-disk-failure': async () => (await import('./lab/simulate-disk-failure.ts')).simulateCommand,
    snapshot: async () => (await import('./lab/snapshot.ts')).snapshotCommand,
    logs: async () => (await import('./lab/logs.ts')).logsCommand,
    cp: async () => (await import('./lab/cp.ts')).cpCommand,
    'ssh-config': async () => (await import('./lab/ssh-config.ts')).sshConfigCommand,
    provision: async () => (await import('./lab/provision.ts')).provisionCommand,
    reload: async () => (await import('./lab/reload.ts')).reloadCommand,
    halt: async () => (await import('./lab/halt.ts')).haltCommand,
    crash: async () => (await import('./lab/halt.ts')).crashCommand,
    destroy: async () => (await import('./lab/destroy.ts')).destroyCommand,
    ls: async () => (await import('./lab/ls.ts')).lsCommand,
    prune: async () => (await import('./lab/ls.ts')).pruneCommand,
    'keep-lab': async () => (await import('./lab/keep-lab.ts')).keepLabCommand,
  },
  'Your own array': {
    audit: async () => (await import('./audit.ts')).auditCommand,
    rehearse: async () => (await import('./rehearse.ts')).rehearseCommand,
    prove: async () => (await import('./own-array/prove.ts')).proveCommand,
    collect: async () => (await import('./own-array/collect.ts')).collectCommand,
  },
  'This host': {
    doctor: async () => (await import('./doctor.ts')).doctorCommand,
    kernels: async () => (await import('./kernels.ts')).kernelsCommand,
    cache: async () => (await import('./cache.ts')).cacheCommand,
  },
};

const all = new Map(Object.values(groups).flatMap((commands) => Object.entries(commands)));

/** The names of all commands. */
export const commandNames: readonly string[] = [...all.keys()];

/** Loads a command; undefined when there is none of that name. */
export async function loadCommand(name: string): Promise<Command | undefined> {
  return all.get(name)?.();
}

/** Gives the parser of a command line with such a first word: of that command alone, or of all where the word names none. */
export async function parserFor(cli: Cli, first = ''): Promise<Parser<Mode, RunCommand>> {
  const [one, ...others] = await Promise.all(
    Object.entries(groups).flatMap(([title, commands]) => {
      const typed = Object.entries(commands).filter(([name]) => !all.has(first) || name === first);
      return typed.length === 0
        ? []
        : [
            groupOf(
              cli,
              title,
              typed.map(([, load]) => load),
            ),
          ];
    }),
  );
  if (one === undefined) throw new Error('a command without a group');
  return or(one, ...others);
}

async function groupOf(cli: Cli, title: string, commands: readonly (() => Promise<Command>)[]): Promise<Parser<Mode, RunCommand>> {
  const parsers = await Promise.all(commands.map(async (load) => (await load()).parser(cli)));
  return group(title, or(...parsers));
}
