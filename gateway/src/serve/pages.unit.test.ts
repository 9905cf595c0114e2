import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadPages } from './pages.ts';
import { fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';

let served: ServedChannel;
let origin: string;

beforeAll(async () => {
  served = await serveFixture(await fixture(), {
    manifest: { name: 'kiosk', pages: ['board'] },
    profile: 'production',
  });
  origin = `http://127.0.0.1:${served.port}`;
});
afterAll(() => served.close());

it('serves a page with a policy that lets it run its own script, call its own channel, and nothing else', async () => {
  const response = await fetch(`${origin}/board`);
  const html = await response.text();
  const [script, style] = ['script', 'style'].map(
    (tag) => new RegExp(`<${tag}>([\\s\\S]*)</${tag}>`).exec(html)?.[1] ?? '',
  );
  const hash = (text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(response.headers.get('content-security-policy')).toBe(
    [
      `default-src 'none'`,
      `script-src ${hash(script)}`,
      `style-src ${hash(style)}`,
      `connect-src 'self'`,
      'img-src data:',
      `base-uri 'none'`,
      `form-action 'none'`,
      `frame-ancestors 'none'`,
    ].join('; '),
  );
  expect(script!.length).toBeGreaterThan(1_000);
  expect(html).not.toMatch(/(?:src|href)="(?!data:)/);
});

it('answers only GET and HEAD, at the exact name of a page', async () => {
  const head = await fetch(`${origin}/board`, { method: 'HEAD' });
  expect([head.status, Number(head.headers.get('content-length')) > 1_000, await head.text()]).toEqual([200, true, '']);
  const post = await fetch(`${origin}/board`, { method: 'POST' });
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  expect((await fetch(`${origin}/board/page.ts`)).status).toBe(404);
});

it('names the page that has not been built', () => {
  expect(() => loadPages({ name: 'kiosk', pages: ['nothing'] }, 'production')).toThrow(
    'The page nothing of the channel kiosk is not built: run `npx -y pnpm@10.34.9 generate`.',
  );
});

it('tells pages where people sign in, if it is told, and lets them ask that provider and no other', () => {
  const signIn = { issuer: 'https://id.example.com/realms/a"b', clientId: 'drburger-staff' };
  const { html, policy } = loadPages({ name: 'kiosk', pages: ['board'] }, 'production', { signIn }).get('/board')!;
  expect(html).toContain(
    '<meta name="sign-in" content="https://id.example.com/realms/a&quot;b" data-client-id="drburger-staff">',
  );
  expect(policy).toContain("connect-src 'self' https://id.example.com;");
  expect(loadPages({ name: 'kiosk', pages: ['board'] }, 'production').get('/board')!.html).not.toContain('sign-in"');
});

it('tells a page of the development profile, and no other, that it may offer what the sandbox understands', () => {
  const htmlIn = (profile: 'development' | 'production') =>
    loadPages({ name: 'kiosk', pages: ['board'] }, profile).get('/board')?.html;
  const mark = '<meta name="profile" content="development">';
  expect(htmlIn('development')).toContain(mark);
  expect(htmlIn('production')).not.toContain(mark);
});
