/** What the archive's tables are: each text makes the next version of the file. None of them changes once it was published. */
export const migrations: readonly string[] = [
  `
  -- One row for each drill that was run once: ArchivedResult.
  CREATE TABLE results (
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    job TEXT NOT NULL,
    directory TEXT,
    matrix TEXT,
    drill TEXT NOT NULL,
    is_twin INTEGER NOT NULL,
    kernel TEXT NOT NULL,
    release TEXT,
    -- The release as kernels are compared: nameOfKernel.
    kernel_name TEXT NOT NULL,
    tools TEXT NOT NULL,
    tools_version TEXT,
    layout TEXT NOT NULL,
    seed TEXT NOT NULL,
    standing TEXT NOT NULL,
    verdict TEXT,
    is_known INTEGER NOT NULL,
    summary TEXT NOT NULL,
    -- A list in JSON.
    broken_checks TEXT NOT NULL,
    duration_ms REAL NOT NULL,
    started_at TEXT NOT NULL,
    raidlab TEXT NOT NULL,
    accelerator TEXT,
    UNIQUE (run, job)
  ) STRICT;
  -- All that counting reads, in the order in which it is counted: the table itself is not read.
  CREATE INDEX results_counted ON results (drill, is_twin, layout, tools, kernel_name, standing, is_known, matrix, kernel, raidlab, run);
  CREATE INDEX results_by_standing ON results (standing);
  CREATE INDEX results_by_time ON results (started_at);
  CREATE INDEX results_by_matrix ON results (matrix, drill, is_twin, layout, tools, kernel_name, standing, is_known);
  CREATE INDEX results_by_kernel ON results (kernel_name, drill, is_twin, layout, tools, standing, is_known);
  `,
  `
  -- Who runs a matrix now: an identity of a process; null when nobody does.
  CREATE TABLE matrices (
    name TEXT PRIMARY KEY,
    owner TEXT
  ) STRICT;
  -- A job that was begun; without an end it goes on, or its process was killed.
  CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    matrix TEXT NOT NULL REFERENCES matrices,
    job TEXT NOT NULL,
    run TEXT NOT NULL,
    directory TEXT NOT NULL,
    "end" TEXT,
    duration_ms REAL,
    UNIQUE (matrix, run)
  ) STRICT;
  CREATE INDEX attempts_of_jobs ON attempts (matrix, job);
  `,
  `
  -- A drill with --boot or --skip-step is not counted as the drill itself.
  ALTER TABLE results ADD COLUMN variation TEXT NOT NULL DEFAULT '';
  DROP INDEX results_counted;
  DROP INDEX results_by_matrix;
  DROP INDEX results_by_kernel;
  CREATE INDEX results_counted
    ON results (drill, is_twin, variation, layout, tools, kernel_name, standing, is_known, matrix, kernel, raidlab, run);
  CREATE INDEX results_by_matrix ON results (matrix, drill, is_twin, variation, layout, tools, kernel_name, standing, is_known);
  CREATE INDEX results_by_kernel ON results (kernel_name, drill, is_twin, variation, layout, tools, standing, is_known);
  `,
];
