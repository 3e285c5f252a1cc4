import { readFile } from 'node:fs/promises';
import { RaidlabError } from '../../../core/failure/failure.ts';
import type { Mirrors } from '../../../core/image/mirrors.ts';
import type { Context } from '../../context.ts';
import { runHostCommand } from '../../process/host-process.ts';
import type { Suite } from './suite.ts';

/** The Debian mirror of this host's own apt. */
export interface HostMirror {
  /** Base address of the archive; undefined when apt has no Debian source. */
  readonly archive: string | undefined;
  /** Base address of the security archive, if this host uses one. */
  readonly security: string | undefined;
}

/** A package source of the host's apt. */
export interface AptSource {
  readonly uri: string;
  readonly codename: string;
  readonly origin: string;
}

const sourceFormat = '$(REPO_URI) $(CODENAME) $(ORIGIN)';

/** Gives the lines of sources.list(5) for a suite, from the person's choice or this host's own apt. Rejects with `image/mirror-unknown`. */
export async function findSources(ctx: Context, suite: Suite, mirrors: Mirrors): Promise<readonly string[]> {
  const isTold = [suite.base, suite.name].every((name) => wantedMirror(mirrors, name) !== undefined);
  return planSources(suite, mirrors, isTold ? { archive: undefined, security: undefined } : await findHostMirror(ctx));
}

/** Gives the mirror of this host's apt. */
export async function findHostMirror(ctx: Context): Promise<HostMirror> {
  const argv = ['apt-get', 'indextargets', '--format', sourceFormat, 'Created-By: Packages'];
  const { stdout } = await runHostCommand(ctx, argv, { purpose: 'find the Debian mirror of this host' });
  const mirror = chooseMirror(parseAptSources(stdout));
  return { archive: await resolveMirrorList(mirror.archive), security: await resolveMirrorList(mirror.security) };
}

/** Parses the sources in the output of `apt-get indextargets` in our format. */
export function parseAptSources(text: string): readonly AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const [uri, codename, ...origin] = line.split(' ');
    if (uri !== undefined && codename !== undefined && uri !== '') sources.push({ uri, codename, origin: origin.join(' ') });
  }
  return sources;
}

/** Gives the mirror in these sources: the first of Debian's own for each of its two archives. */
export function chooseMirror(sources: readonly AptSource[]): HostMirror {
  const debian = sources.filter((source) => source.origin === 'Debian');
  const isSecurity = (source: AptSource): boolean => source.codename.endsWith('-security');
  return { archive: debian.find((source) => !isSecurity(source))?.uri, security: debian.find(isSecurity)?.uri };
}

/**
 * Gives the lines of sources.list(5) for a suite; none when mmdebstrap should choose the mirror. The person's choice replaces the archive
 * alone, so that nothing else is contacted. Throws `image/mirror-unknown`.
 */
export function planSources(suite: Suite, mirrors: Mirrors, host: HostMirror): readonly string[] {
  const wanted = wantedMirror(mirrors, suite.base);
  const archive = wanted ?? host.archive;
  if (archive === undefined) {
    if (suite.backports) throw new RaidlabError({ area: 'image', reason: 'mirror-unknown', suite: suite.name });
    return [];
  }
  const security = wanted === undefined && suite.security ? host.security : undefined;
  return [
    `deb ${archive} ${suite.base} main`,
    ...(security === undefined ? [] : [`deb ${security} ${suite.base}-security main`]),
    ...(suite.backports ? [`deb ${wantedMirror(mirrors, suite.name) ?? archive} ${suite.name} main`] : []),
  ];
}

function wantedMirror(mirrors: Mirrors, suite: string): string | undefined {
  return mirrors.bySuite?.[suite] ?? mirrors.everySuite;
}

/**
 * Gives the options that make mmdebstrap's apt fetch like the host's, from `apt-config dump Acquire`: through its proxies, and with
 * expired package lists if it accepts those.
 */
export function planAptOptions(aptConfig: string): readonly string[] {
  const options: string[] = [];
  for (const line of aptConfig.split('\n')) {
    if (/^Acquire::(?:(?:http|https)::Proxy(?:-Auto-Detect|::\S+)?|Check-Valid-Until) "[^"]+";$/.test(line))
      options.push(`--aptopt=${line}`);
  }
  return options;
}

/** Gives options of mmdebstrap that make its apt fetch as this host's does. */
export async function readAptOptions(ctx: Context): Promise<readonly string[]> {
  const { stdout } = await runHostCommand(ctx, ['apt-config', 'dump', 'Acquire'], { purpose: 'find how this host’s apt fetches' });
  return planAptOptions(stdout);
}

/** Debian's cloud images name a file with a list of mirrors (apt-transport-mirror(1)); the guest's tree has no such file. */
async function resolveMirrorList(uri: string | undefined): Promise<string | undefined> {
  const listHostPath = uri === undefined ? undefined : /^mirror\+file:(?:\/\/)?(\/.*?)\/?$/.exec(uri)?.[1];
  if (listHostPath === undefined) return uri;
  const list = await readFile(listHostPath, 'utf8').catch(() => '');
  return list.split(/\s+/).find((word) => /^https?:\/\//.test(word));
}
