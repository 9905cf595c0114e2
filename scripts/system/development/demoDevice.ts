import { issueToken } from '#platform/identity/developmentIssuer.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { clientKeyName, secretsNamed, type SecretOptions } from '../secrets.ts';

/** A token of the development profile for a screen in the demo store; the same device as `token:for kiosk`. */
export async function demoDeviceToken(options: SecretOptions): Promise<string> {
  const secrets = await secretsNamed([clientKeyName], options);
  const store = seedId('store', 1);
  return issueToken(JSON.parse(secrets[clientKeyName] ?? '{}') as Parameters<typeof issueToken>[0], {
    subject: `kiosk-${store}`,
    roles: ['kiosk'],
    bindings: { kiosk: { store } },
  });
}
