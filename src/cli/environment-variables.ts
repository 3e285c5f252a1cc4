/** The environment variables that raidlab reads, for its help and its manual page. */
export const environmentVariables: readonly (readonly [name: string, what: string])[] = [
  ['RAIDLAB_CACHE_SIZE', 'Limit of the cache, such as 4GiB (default: 8 GiB).'],
  [
    'RAIDLAB_TIMEOUT_FACTOR',
    'Multiplies every time limit, from 1 to 100 (default: 1), for a slow or busy host. raidlab raises it by itself where it finds the host slow.',
  ],
  ['RAIDLAB_MIRROR', 'Debian mirror for kernels and tools (default: that of this host).'],
  ['RAIDLAB_MIRROR_SUITE', 'Mirror for a single suite, such as RAIDLAB_MIRROR_TRIXIE.'],
  ['XDG_CACHE_HOME', 'Parent of the cache (default: ~/.cache).'],
  ['XDG_STATE_HOME', 'Parent of the list of your labs (default: ~/.local/state).'],
  ['XDG_RUNTIME_DIR', 'Where sockets go (default: /tmp).'],
  ['TMPDIR', 'Where temporary files go (default: /tmp).'],
  ['NO_COLOR', 'If set, output has no colours.'],
  ['COLUMNS', 'Width of the help (default: that of the terminal, or 80).'],
  ['SLURM_CPUS_PER_TASK', 'How many cores a job of Slurm has; Slurm sets it.'],
  ['GITHUB_STEP_SUMMARY', 'File to which the github reporter appends its summary; GitHub Actions sets it.'],
];
