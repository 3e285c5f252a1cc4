import type { ByteRange } from '../../core/fault/fault.ts';
import { count, fields, flag, list, readJson } from '../../core/parsing/json-shape.ts';
import type { Context } from '../context.ts';
import { runHostCommand } from '../process/host-process.ts';

/** Source: qemu-img(1), map, the JSON format. */
const extentsShape = list(fields({ start: count(), length: count(), data: flag, zero: flag }));

/** Asks the host's filesystem which parts of a file are allocated, in order; it may be in use as an image. */
export async function listWritten(ctx: Context, hostPath: string): Promise<readonly ByteRange[]> {
  const argv = ['qemu-img', 'map', '--output=json', '--force-share', '-f', 'raw', hostPath];
  const { stdout } = await runHostCommand(ctx, argv, { purpose: 'find what has been written to a file' });
  return readJson(extentsShape, stdout)
    .filter(({ data, zero }) => data && !zero)
    .map(({ start, length }) => ({ offsetBytes: start, lengthBytes: length }));
}
