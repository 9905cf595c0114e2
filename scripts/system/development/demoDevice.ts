import { issueToken } from '#platform/identity/developmentIssuer.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { clientKeyOf, type SecretOptions } from '../secrets.ts';

/** A token of the development profile for a screen in the demo store; the same device as `token:for kiosk`. */
export async function demoDeviceToken(options: SecretOptions): Promise<string> {
  const store = seedId('store', 1);
  return issueToken(await clientKeyOf(options), {
    subject: `kiosk-${store}`,
    roles: ['kiosk'],
    bindings: { kiosk: { store } },
  });
}
