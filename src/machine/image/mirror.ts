import { readFile } from 'node:fs/promises';
import { RaidlabError } from '../../core/failure.ts';
import type { Context } from '../context.ts';
import { runHostCommand } from '../host-process.ts';
import type { Suite } from './suite.ts';

/** Where Debian packages are fetched. */
export interface Mirror {
  /** Base address of the archive; undefined leaves it to mmdebstrap's own default. */
  readonly archive: string | undefined;
  /** Base address of the security archive, when this host uses one. */
  readonly security: string | undefined;
}

/** A package source of the host's apt. */
export interface AptSource {
  readonly uri: string;
  readonly codename: string;
  readonly origin: string;
}

const sourceFormat = '$(REPO_URI) $(CODENAME) $(ORIGIN)';

/**
 * Gives the mirror: what `wanted` says, or else what this host's own apt uses. `wanted` may be any address that
 * sources.list(5) knows; it stands for the archive alone, so that nothing else is asked.
 */
export async function findMirror(ctx: Context, wanted: string | undefined): Promise<Mirror> {
  if (wanted !== undefined) return { archive: wanted, security: undefined };
  const argv = ['apt-get', 'indextargets', '--format', sourceFormat, 'Created-By: Packages'];
  const { stdout } = await runHostCommand(ctx, argv, { purpose: 'find the Debian mirror of this host' });
  const mirror = chooseMirror(parseAptSources(stdout));
  return { archive: await resolveMirrorList(mirror.archive), security: await resolveMirrorList(mirror.security) };
}

/** Gives the sources in the output of `apt-get indextargets` in our format. */
export function parseAptSources(text: string): readonly AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const [uri, codename, ...origin] = line.split(' ');
    if (uri !== undefined && codename !== undefined && uri !== '') sources.push({ uri, codename, origin: origin.join(' ') });
  }
  return sources;
}

/** Gives the mirror that these sources amount to: the first of Debian's own for each of its two archives. */
export function chooseMirror(sources: readonly AptSource[]): Mirror {
  const debian = sources.filter((source) => source.origin === 'Debian');
  const isSecurity = (source: AptSource): boolean => source.codename.endsWith('-security');
  return { archive: debian.find((source) => !isSecurity(source))?.uri, security: debian.find(isSecurity)?.uri };
}

/** Gives the lines of sources.list(5) for a suite; none when the mirror is mmdebstrap's business. Throws `image/mirror-unknown`. */
export function planSources(mirror: Mirror, suite: Suite): readonly string[] {
  const { archive, security } = mirror;
  if (archive === undefined) {
    if (suite.backports) throw new RaidlabError({ area: 'image', reason: 'mirror-unknown', suite: suite.name });
    return [];
  }
  return [
    `deb ${archive} ${suite.base} main`,
    ...(suite.security && security !== undefined ? [`deb ${security} ${suite.base}-security main`] : []),
    ...(suite.backports ? [`deb ${archive} ${suite.base}-backports main`] : []),
  ];
}

/** Gives the options that make mmdebstrap's apt use the proxies of the host's apt, from `apt-config dump Acquire`. */
export function planProxyOptions(aptConfig: string): readonly string[] {
  const options: string[] = [];
  for (const line of aptConfig.split('\n')) {
    if (/^Acquire::(?:http|https)::Proxy(?:-Auto-Detect|::\S+)? "[^"]+";$/.test(line)) options.push(`--aptopt=${line}`);
  }
  return options;
}

/** Debian's cloud images name a file with a list of mirrors (apt-transport-mirror(1)); the guest's tree has no such file. */
async function resolveMirrorList(uri: string | undefined): Promise<string | undefined> {
  const listHostPath = uri === undefined ? undefined : /^mirror\+file:(?:\/\/)?(\/.*?)\/?$/.exec(uri)?.[1];
  if (listHostPath === undefined) return uri;
  const list = await readFile(listHostPath, 'utf8').catch(() => '');
  return list.split(/\s+/).find((word) => /^https?:\/\//.test(word));
}
