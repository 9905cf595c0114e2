import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { parseFlags } from './system/flags.ts';
import { makeProductionSecrets, publicKeysOf, rotated } from './system/makeSecrets.ts';
import { openEnvironment } from './system/openEnvironment.ts';

const help = `keys:make: prints secrets for production as lines of .env; writes nothing.

  keys:make >> .env           all that production needs, nobody else gives, and .env and the environment lack: for a new installation, or
                              after an update that added a service (a second SERVICE_JWKS then counts; delete the first)
  keys:make --rotate <name>   a new key for one service (orders, gateway, channel-web, …), in two steps: first SERVICE_JWKS for all services, which
                              are started again; then its <NAME>_SIGNING_KEY, and it is started again. Reads the present ones from .env, sealed or not
  keys:make --public          SERVICE_JWKS of the keys in .env: after a rotation, to believe the old key no longer
  --help                      show this

Keep what it prints as you keep passwords. docs/operations.md tells the way around it.
`;

endOnError('keys:make');
const {
  switches,
  settings: { ROTATE: service, ...unknown },
  words,
} = parseFlags(process.argv.slice(2), ['help', 'public']);
const [odd] = [...Object.keys(unknown), ...words];
if (odd !== undefined) throw new StartupError(`"${odd.toLowerCase()}" is not understood: see --help.`);
if (switches.has('help')) process.stdout.write(help);
else {
  const lines = Object.entries(await made());
  process.stdout.write(lines.map(([name, value]) => `${name}='${value}'\n`).join(''));
  if (lines.length === 0) console.error('keys:make: nothing is missing: .env and the environment have every secret.');
}

async function made(): Promise<Record<string, string>> {
  if (service !== undefined) return rotated(await openEnvironment(), service);
  return switches.has('public')
    ? publicKeysOf(await openEnvironment())
    : makeProductionSecrets(await openEnvironment());
}
