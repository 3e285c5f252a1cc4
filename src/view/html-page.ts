import { renderToString } from 'preact-render-to-string';
import { element } from './parts/element.ts';
import type { Content } from './parts/element.ts';

/** What stands in the head of a page. */
export interface PageHead {
  readonly title: string;
  /** The style, and its SHA-256 in base64, by which the page's own policy lets it in. */
  readonly style: string;
  readonly styleHash: string;
  /** That of its only script, if it has one. */
  readonly scriptHash?: string;
}

/** Gives a whole page: one file that needs nothing else, and runs and loads nothing but what its head lets in. `body` is markup. */
export function htmlPage({ title, style, styleHash, scriptHash }: PageHead, body: string): string {
  const policy = [
    "default-src 'none'",
    ...(scriptHash === undefined ? [] : [`script-src 'sha256-${scriptHash}'`]),
    `style-src 'sha256-${styleHash}'`,
    "base-uri 'none'",
    "form-action 'none'",
    ...(scriptHash === undefined ? [] : ["require-trusted-types-for 'script'"]),
  ].join('; ');
  const head = element(
    'head',
    null,
    element('meta', { charset: 'utf-8' }),
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'color-scheme', content: 'light dark' }),
    element('meta', { name: 'referrer', content: 'no-referrer' }),
    element('title', null, title),
  );
  // The style is ours, and ends in no tag: everything else goes through preact.
  const whole = markup(head).replace('</head>', () => `<style>${style}</style></head>`);
  return `<!doctype html>\n<html lang="en">\n${whole}\n<body>\n${body}\n</body>\n</html>\n`;
}

/** Gives content as HTML. */
export function markup(content: Content): string {
  return renderToString(element('template', null, content) as Parameters<typeof renderToString>[0]).slice(
    '<template>'.length,
    -'</template>'.length,
  );
}
