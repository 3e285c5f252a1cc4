import type { NeedFacts } from '../../core/host/needs.ts';
import type { Context } from '../context.ts';
import { outputOf } from './host-look.ts';

/** Gives the Debian mirrors of the host's apt, or the one that was named. */
export async function findAptMirrors(ctx: Context, named: string | undefined): Promise<NeedFacts['mirrors']> {
  if (named !== undefined) return [{ uri: named, suite: '' }];
  const argv = ['apt-get', 'indextargets', '--format', '$(ORIGIN)|$(REPO_URI)|$(CODENAME)', 'Created-By: Packages'];
  const listing = await outputOf(ctx, argv, 'see which mirror apt uses');
  const rows = listing.split('\n').flatMap((row) => {
    const [origin = '', uri = '', suite = ''] = row.split('|');
    return origin.startsWith('Debian') ? [{ uri, suite }] : [];
  });
  return rows.filter((row, index) => rows.findIndex((other) => other.uri === row.uri && other.suite === row.suite) === index);
}
