import { expect, it, onTestFinished } from 'vitest';
import { newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { startIdentityProvider } from './identityProvider.ts';

it('lets no page show one of its pages in a frame', async () => {
  const provider = await startIdentityProvider({ port: 0, key: await newSigningKey(), audience: 'drburger' });
  onTestFinished(() => provider.close());
  const pages = ['/', '/auth', '/interaction/none', '/session/end'];
  const policies = await Promise.all(
    pages.map(async (path) => (await fetch(`${provider.issuer}${path}`)).headers.get('content-security-policy')),
  );
  for (const policy of policies) expect(policy).toContain("frame-ancestors 'none'");
});
