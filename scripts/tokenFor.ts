import { StartupError } from '#platform/config/startupError.ts';
import { loadSettings } from '#platform/config/loadSettings.ts';
import { platformSettings } from '#platform/config/settings.ts';
import { issueToken } from '#platform/identity/developmentIssuer.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { parseFlags } from './system/flags.ts';
import { readEnvironment } from './system/readEnvironment.ts';
import { clientKeyName, secretsNamed } from './system/secrets.ts';

/** `token:for <role> [--store <id or seed number>] [--subject <id>]`: prints a bearer token of the development profile, good for 12 hours, and nothing else. */
const issued = ['customer', 'kiosk', 'courier', 'kitchen', 'manager', 'admin'];

const firstOf: Readonly<Record<string, () => string>> = {
  customer: () => seedId('customer', 1),
  courier: () => seedId('courier', 1),
};

endOnError('token:for');
const { words: [role = ''], settings: { STORE: store = '1', SUBJECT: subject, ...flags } } = parseFlags(process.argv.slice(2), []);
if (!issued.includes(role) || !(role in roleScopes)) throw new StartupError(`name a role: ${issued.join(', ')} (token:for <role> [--store <id>] [--subject <id>])`);
const environment = await readEnvironment();
const settings = loadSettings(platformSettings, { environment, flags, moreToCome: true });
if (settings.PROFILE !== 'development') throw new StartupError('only the development profile issues its own tokens.');
const secrets = await secretsNamed([clientKeyName], { settings, environment, onMade: () => undefined });
const storeId = /^\d+$/.test(store) ? seedId('store', Number(store)) : store;
const boundToStore = ['kiosk', 'kitchen', 'manager'].includes(role);
process.stdout.write(`${await issueToken(JSON.parse(secrets[clientKeyName] ?? '{}') as Parameters<typeof issueToken>[0], {
  subject: subject ?? firstOf[role]?.() ?? (boundToStore ? `${role}-${storeId}` : role),
  roles: [role],
  bindings: boundToStore ? { store: storeId } : {},
})}\n`);
