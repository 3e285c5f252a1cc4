import { UnknownOutput } from '../parsing/unknown-output.ts';

/** One mounted filesystem, as `findmnt --json --output TARGET,SOURCE,FSTYPE,OPTIONS` says. */
export interface MountedFilesystem {
  readonly target: string;
  readonly source: string;
  readonly fstype: string;
  /** Split at commas: `rw`, `degraded`, `space_cache=v2`, … */
  readonly options: readonly string[];
}

const tool = 'findmnt --json';

/**
 * Parses `findmnt --json --output TARGET,SOURCE,FSTYPE,OPTIONS` with `--list` or `--mountpoint PATH`: one filesystem or more, in the
 * order in which they were mounted. Of several on one mount point the last is on top. When nothing is found, findmnt prints nothing and
 * exits 1, or (2.41, by `--types`) prints an empty list and exits 0; the caller handles the former.
 */
export function parseFindmnt(text: string): readonly MountedFilesystem[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnknownOutput(tool, 'a JSON document', text.slice(0, 80), 1);
  }
  if (!hasKeys(value, ['filesystems']) || !Array.isArray(value.filesystems)) {
    throw new UnknownOutput(tool, 'filesystems', text.slice(0, 80), 1);
  }
  return value.filesystems.map((entry: unknown) => readMounted(entry, text));
}

function readMounted(entry: unknown, text: string): MountedFilesystem {
  if (!hasKeys(entry, ['target', 'source', 'fstype', 'options']))
    throw new UnknownOutput(tool, 'target, source, fstype and options', text.slice(0, 80), 1);
  const { target, source, fstype, options } = entry;
  if (typeof target !== 'string' || typeof source !== 'string' || typeof fstype !== 'string' || typeof options !== 'string') {
    throw new UnknownOutput(tool, 'text values', text.slice(0, 80), 1);
  }
  return { target, source, fstype, options: options.split(',') };
}

function hasKeys<K extends string>(value: unknown, keys: readonly K[]): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && Object.keys(value).length === keys.length && keys.every((key) => key in value);
}
