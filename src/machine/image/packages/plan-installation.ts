import path from 'node:path';
import type { Suite } from './suite.ts';

/** A Debian that is installed, and what is made of it before it is thrown away. */
export interface Installation {
  readonly suite: Suite;
  /** Beyond the essential ones. */
  readonly packages: readonly string[];
  /** Lines of sources.list(5). */
  readonly sources: readonly string[];
  readonly aptOptions: readonly string[];
  /** Where the hooks are. */
  readonly hooksHostPath: string;
  /** Programs that are given the tree, in order, by when. */
  readonly hooks: readonly (readonly [when: 'setup' | 'extract' | 'customize', name: string])[];
  /** Files that the hooks leave in its /tmp: they come into mmdebstrap's working directory. */
  readonly results: readonly string[];
}

/** Gives the mmdebstrap command that installs packages and makes something of them in its hooks. No tree is left. */
export function planInstallation(installation: Installation): readonly string[] {
  const { suite, packages, sources, aptOptions, hooksHostPath, hooks, results } = installation;
  return [
    'mmdebstrap',
    '--variant=essential',
    '--architectures=amd64',
    '--verbose',
    '--format=null',
    // The tree is thrown away: no need to tidy it.
    '--skip=cleanup',
    '--aptopt=Acquire::Languages "none"',
    ...aptOptions,
    `--include=${packages.join(',')}`,
    ...hooks.map(([when, name]) => `--${when}-hook=${path.join(hooksHostPath, name)}`),
    // Special hooks of mmdebstrap, not shell: relative to its working directory.
    ...results.map((name) => `--customize-hook=download /tmp/${name} ${name}`),
    suite.base,
    '-',
    ...sources,
  ];
}
