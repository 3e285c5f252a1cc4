#!/usr/bin/env -S node --max-semi-space-size=4
/**
 * The entry: the only reader of argv, environment and signals, and the only place that ends the process.
 *
 *     argv, env, streams ──► Cli ──► one command ──► exit code
 *     first signal ──► the command's abort signal ──► clean-up ──► exit 130;  second signal ──► exit 130 at once, or SIGKILL (signal-ear.ts)
 *
 * `--version` is answered before anything else is loaded; the rest is loaded when it is needed.
 */
import { readFileSync } from 'node:fs';
import { isAtLeast } from '../core/host/version.ts';
import type { Cli } from './cli.ts';

const { version, engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
};
const oldestNode = engines.node.replace('>=', '');

if (process.argv.length === 3 && ['--version', '-V', 'version'].includes(process.argv[2] ?? '')) {
  process.stdout.write(`${version}\n`);
} else if (isAtLeast(process.versions.node, oldestNode)) {
  await main();
} else {
  // npm only warns about it, and the modules loaded next would fail.
  process.stderr.write(`raidlab: Node.js ${oldestNode} or newer is needed; this is ${process.versions.node}.\n`);
  process.exitCode = 69;
}

async function main(): Promise<void> {
  const { makeCli } = await import('./make-cli.ts');
  // Debian leaves sbin out of an ordinary user's PATH, and mke2fs and depmod live there.
  process.env.PATH = `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/local/sbin:/usr/sbin:/sbin`;
  const cli = makeCli({
    version,
    nodeVersion: process.versions.node,
    moduleUrl: import.meta.url,
    argv: process.argv.slice(2),
    env: process.env,
    cwdHostPath: process.cwd(),
    nodeArgv: [process.execPath, ...process.execArgv],
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  });
  listenForSignals(cli);
  listenForBugs(cli);
  const { runCli } = await import('./run-cli.ts');
  const exitCode = await runCli(cli);
  await Promise.all([cli.screen.out.drained(), cli.screen.err.drained()]);
  if (cli.interruption.signal.aborted) cli.ear.ending();
  process.exit(cli.lostOutput() ?? exitCode);
}

function listenForSignals(cli: Cli): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      switch (cli.interruption.receive(signal)) {
        case 'stop':
          cli.ear.taken();
          cli.screen.note('Stopping… press Ctrl-C again to end at once.');
          break;
        case 'end at once':
          // Last words may be written where nobody reads, and a thread may hang in a file.
          cli.ear.ending();
          // Children die with us, by their parent-death signal; the next run removes what they leave.
          cli.lastWords(130);
          process.exit(130);

        case 'released':
        case 'repeated':
          cli.ear.taken();
          break;
      }
    });
  }
}

function listenForBugs(cli: Cli): void {
  const end = (error: unknown): void => {
    cli.lastWords(70, error);
    process.exit(70);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
