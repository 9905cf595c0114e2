import { fileURLToPath } from 'node:url';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { workingTree } from '#schema/check/against/tree.ts';
import { SchemaRegistry } from '#schema/check/registry/schemaRegistry.ts';
import { compareWithRegistry, pushToRegistry } from '#schema/check/registry/syncRegistry.ts';
import { commandLine, helpOf, type Command } from './system/commandLine.ts';

const command: Command = {
  name: 'schema:registry',
  does: 'the schemas of our events in a Confluent-compatible registry (Confluent, Apicurio, Karapace), for those who hear our topics.',
  forms: {
    'schema:registry check': 'tells what a push would change; ends with 1 if a schema would be refused',
    'schema:registry push': 'registers what is new or changed, unless something is refused',
  },
  flags: {
    '--registry <url>':
      'of its API (SCHEMA_REGISTRY), such as http://localhost:8081, or of Apicurio http://localhost:8080/apis/ccompat/v7; a name and a password may stand in it',
  },
  examples: ['schema:registry check --registry http://localhost:8081', 'schema:registry push'],
};

endOnError('schema:registry');
const { settings, words } = commandLine(command);
const [action, odd] = words;
const address = settings['REGISTRY'] ?? process.env['SCHEMA_REGISTRY'];
if (action === undefined) console.log(helpOf(command));
else if (odd !== undefined || !['check', 'push'].includes(action))
  throw new StartupError(`"${odd ?? action}" is not understood: check or push.`);
else if (address === undefined || !URL.canParse(address))
  throw new StartupError('Name the registry by --registry <url> or SCHEMA_REGISTRY.');
else {
  const tree = workingTree(fileURLToPath(new URL('..', import.meta.url)));
  const events = await (action === 'push' ? pushToRegistry : compareWithRegistry)(tree, new SchemaRegistry(address));
  const refused = events.filter(({ state }) => state === 'refused');
  for (const { subject, state, reasons } of events)
    if (state !== 'same')
      console.log([`${state.padEnd(8)} ${subject}`, ...reasons.map((each) => `         ${each}`)].join('\n'));
  const same = events.filter(({ state }) => state === 'same').length;
  const pushed = action === 'push' && refused.length === 0 ? `, ${events.length - same} registered` : '';
  console.log(
    `schema:registry: ${events.length} events, ${same} as they are in the registry${pushed}, ${refused.length} refused`,
  );
  process.exitCode = refused.length > 0 ? 1 : 0;
}
