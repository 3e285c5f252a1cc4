import { readJsonOutput } from '../parsing/json-output.ts';
import { list, onlyFields, text } from '../parsing/json-shape.ts';

/** One mounted filesystem, as `findmnt --json --output TARGET,SOURCE,FSTYPE,OPTIONS` says. */
export interface MountedFilesystem {
  readonly target: string;
  readonly source: string;
  readonly fstype: string;
  /** Split at commas: `rw`, `degraded`, `space_cache=v2`, … */
  readonly options: readonly string[];
}

const printedShape = onlyFields({ filesystems: list(onlyFields({ target: text, source: text, fstype: text, options: text })) });

/**
 * Parses `findmnt --json --output TARGET,SOURCE,FSTYPE,OPTIONS` with `--list` or `--mountpoint PATH`: one filesystem or more, in the
 * order in which they were mounted. Of several on one mount point the last is on top. When nothing is found, findmnt prints nothing and
 * exits 1, or (2.41, by `--types`) prints an empty list and exits 0; the caller handles the former.
 */
export function parseFindmnt(printed: string): readonly MountedFilesystem[] {
  const { filesystems } = readJsonOutput('findmnt --json', printedShape, printed);
  return filesystems.map((filesystem) => ({ ...filesystem, options: filesystem.options.split(',') }));
}
