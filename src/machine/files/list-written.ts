import type { ByteRange } from '../../core/fault/fault.ts';
import { JsonReader } from '../../core/parsing/json-reader.ts';
import type { Context } from '../context.ts';
import { runHostCommand } from '../process/host-process.ts';

/** Asks the host's filesystem which parts of a file there are, in order; it may be in use as an image. */
export async function listWritten(ctx: Context, hostPath: string): Promise<readonly ByteRange[]> {
  const argv = ['qemu-img', 'map', '--output=json', '--force-share', '-f', 'raw', hostPath];
  const { stdout } = await runHostCommand(ctx, argv, { purpose: 'find what has been written to a file' });
  return JsonReader.parse(stdout)
    .list((extent) => ({
      offsetBytes: extent.field('start').count(),
      lengthBytes: extent.field('length').count(),
      isThere: extent.field('data').flag() && !extent.field('zero').flag(),
    }))
    .filter(({ isThere }) => isThere);
}
