import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartupError } from '#platform/config/startupError.ts';
import { loadSettings } from '#platform/config/loadSettings.ts';
import { platformSettings } from '#platform/config/settings.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { commandLine, type Command } from './system/commandLine.ts';
import { readEnvironment } from './system/readEnvironment.ts';
import { demoToken } from './system/development/demoToken.ts';
import { clientKeyName } from './system/secrets.ts';

const issued = [
  'customer',
  'kiosk',
  'courier',
  'kitchen',
  'manager',
  'support',
  'auditor',
  'admin',
  'partner',
  'vendor',
];

endOnError('token:for');
const command: Command = {
  name: 'token:for',
  does: 'prints a bearer token of the development profile, good for 12 hours, and nothing else.',
  forms: { 'token:for <role>': `one of ${issued.join(', ')}` },
  flags: {
    '--store <id>':
      'of kiosk, kitchen and manager: the store they are bound to, by id or by its number in the seed (1)',
    '--partner <id>': 'of partner: whom they work for, by id or by its number in the seed (1)',
    '--vendor <id>': 'of vendor: whom they work for, by id or by its number in the seed (1)',
    '--subject <id>':
      'who it is for; unless told, the first customer or courier of the seed, or a device or person of the store',
  },
  settings: platformSettings.pick({ DATA_DIR: true, PROFILE: true }),
  examples: ['-s token:for kiosk', '-s token:for manager --store 2', '-s token:for customer --data-dir /tmp/demo'],
};
const {
  words: [role = ''],
  settings: { STORE: store = '1', PARTNER: partner = '1', VENDOR: vendor = '1', SUBJECT: subject, ...flags },
} = commandLine(command);
if (!issued.includes(role) || !(role in roleScopes))
  throw new StartupError(`name a role: ${issued.join(', ')} (token:for <role> [--store <id>] [--subject <id>])`);
const environment = await readEnvironment();
const settings = loadSettings(platformSettings, { environment, flags, moreToCome: true });
if (settings.PROFILE !== 'development') throw new StartupError('only the development profile issues its own tokens.');
const known = environment[clientKeyName] ?? environment[`${clientKeyName}_FILE`] ?? '';
// No key is made here: no running system would know it, and so none would accept its tokens.
if (known === '' && !existsSync(join(settings.DATA_DIR, 'secrets', clientKeyName))) {
  throw new StartupError(
    `no system was ever started on ${resolve(settings.DATA_DIR)}: run "start" first, or set DATA_DIR (--data-dir) to that of the one that runs.`,
  );
}
const storeId = /^\d+$/.test(store) ? seedId('store', Number(store)) : store;
const partnerId = /^\d+$/.test(partner) ? seedId('partner', Number(partner)) : partner;
const vendorId = /^\d+$/.test(vendor) ? seedId('vendor', Number(vendor)) : vendor;
process.stdout.write(
  `${await demoToken(
    { settings, environment, onMade: () => undefined },
    { roles: [role], subject, store: storeId, partner: partnerId, vendor: vendorId },
  )}\n`,
);
