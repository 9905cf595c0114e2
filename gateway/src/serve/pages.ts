import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StartupError } from '#platform/config/startupError.ts';
import type { ChannelManifest } from '../channelManifest.ts';
import type { GatewayRuntime } from './gatewayRuntime.ts';

/** A web page in one file, which loads nothing else. */
export interface Page {
  readonly html: string;
  /**
   * The value of `Content-Security-Policy`: the page may run its own script and style and call its own channel, the
   * provider at which its people sign in, and REST where it shows it, and nothing else.
   */
  readonly policy: string;
}

/** The OpenID provider at which the people who work with a page sign in, and the page's client there. */
export interface SignIn {
  readonly issuer: string;
  readonly clientId: string;
}

/** What the pages of a channel may call beside the channel itself. */
export interface PageCalls {
  readonly signIn?: SignIn | undefined;
  /** The address of REST, without a path. */
  readonly restUrl?: string | undefined;
}

const root = new URL('../../../', import.meta.url);

/** What a page of the development profile finds in its head, so that it may offer what only the sandbox understands. */
const developmentMark = '<meta name="profile" content="development">';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;' };
const attribute = (text: string): string => text.replaceAll(/[&"<]/g, (character) => escapes[character]!);

/** What a page finds in its head about where its people sign in. */
const signInMark = ({ issuer, clientId }: SignIn): string =>
  `<meta name="sign-in" content="${attribute(issuer)}" data-client-id="${attribute(clientId)}">`;

/** What a page finds in its head about where REST is. */
const restMark = (url: string): string => `<meta name="rest" content="${attribute(url)}">`;

/**
 * Loads the pages of a channel, by path, from where `generate` writes them. @throws StartupError for a page that has
 * not been built
 */
export function loadPages(
  { name, pages = [] }: Pick<ChannelManifest, 'name' | 'pages'>,
  profile: GatewayRuntime['profile'],
  calls: PageCalls = {},
): ReadonlyMap<string, Page> {
  const { signIn, restUrl } = calls;
  return new Map(
    pages.map((page) => {
      const file = new URL(`generated/pages/${name}/${page}.html`, root);
      if (!existsSync(file))
        throw new StartupError(
          `The page ${page} of the channel ${name} is not built: run \`npx -y pnpm@10.34.9 generate\`.`,
        );
      const built = readFileSync(file, 'utf8');
      const marks = [
        profile === 'development' ? developmentMark : '',
        signIn ? signInMark(signIn) : '',
        restUrl === undefined ? '' : restMark(restUrl),
      ].join('');
      const html = built.replace('<head>', () => `<head>${marks}`);
      return [`/${page}`, { html, policy: policyOf(html, calls) }];
    }),
  );
}

/** The hashes of the page's inline scripts or styles, as sources of a content security policy. */
const hashes = (html: string, tag: string): string =>
  [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))]
    .map(([, text = '']) => ` 'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    .join('');

const originOf = (url: string | undefined): string[] => (url === undefined ? [] : [new URL(url).origin]);

const policyOf = (html: string, { signIn, restUrl }: PageCalls): string =>
  [
    `default-src 'none'`,
    `script-src${hashes(html, 'script')}`,
    `style-src${hashes(html, 'style')}`,
    // The page itself asks the provider for its tokens.
    ['connect-src', "'self'", ...[signIn?.issuer, restUrl].flatMap(originOf)].join(' '),
    'img-src data:',
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');

/** Answers GET and HEAD with the page, and other methods with 405. */
export function sendPage(request: IncomingMessage, response: ServerResponse, { html, policy }: Page): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  response
    .writeHead(isRead ? 200 : 405, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': isRead ? Buffer.byteLength(html) : 0,
      'cache-control': 'no-cache',
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      ...(isRead ? {} : { allow: 'GET, HEAD' }),
    })
    .end(request.method === 'GET' ? html : undefined);
}
