import { writeFileSync } from 'node:fs';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { channels } from '#schema/channels.ts';
import { registeredFile } from '#schema/check/documents/registeredDocuments.ts';
import { commandLine, helpOf, type Command } from './system/commandLine.ts';
import { domainAddresses } from './system/domainAddresses.ts';
import { readEnvironment } from './system/readEnvironment.ts';
import { subgraphSettings } from './system/serviceSettings.ts';

const command: Command = {
  name: 'documents',
  does: 'keeps the releases of the clients of our own channels: which documents each build sends, and until when they are executed. A release is a file, bffs/<channel>/releases/<client>@<version>.json, to be committed.',
  forms: {
    'documents list': 'the releases of a channel, or of all',
    'documents publish': 'checks what a build sends against the contract of its channel, and records it as pending',
    'documents activate': 'has the channel execute the documents of a release',
    'documents export [<file>]':
      'writes what partners have registered at the running system, from its database, for schema:check: by default into bffs/partner/registered.json',
    'documents retire': 'announces the end of a release: until --sunset it is executed, then refused',
  },
  flags: {
    '--channel <name>': `one of ${channels.map(({ name }) => name).join(', ')}`,
    '--client <name@version>': 'such as kiosk-app@2.4.0',
    '--manifest <file>':
      'of publish: what the build sends, as Apollo, Relay, the client preset or `generate` write it; by default the documents in bffs/<channel>/operations',
    '--sunset <instant>': 'of retire: such as 2026-12-31T00:00:00Z',
    '--successor <name@version>': 'of retire: the release to move to',
    '--database-url <url>':
      'of export: the database of partners, for a subgraph served alone (or DATABASE_URL, or DATABASE_HOST and the like)',
  },
  settings: subgraphSettings,
  more: 'docs/schema-review.md tells when to use which; schema:check names the clients that a change breaks.',
  examples: [
    'documents publish --channel kiosk --client kiosk-app@2.4.0 --manifest persisted-documents.json',
    'documents activate --channel kiosk --client kiosk-app@2.4.0',
    'documents retire --channel kiosk --client kiosk-app@2.3.0 --sunset 2027-03-01T00:00:00Z --successor kiosk-app@2.4.0',
  ],
};

endOnError('documents');
const {
  words: [verb, odd],
  settings: { CHANNEL: channel, CLIENT: client, MANIFEST: manifest, SUNSET: sunset, SUCCESSOR: successor, ...more },
} = commandLine(command);
const verbs = ['list', 'publish', 'activate', 'retire', 'export'];
if (verb === undefined) console.log(helpOf(command));
else if (!verbs.includes(verb)) throw new StartupError(`"${verb}" is not understood: ${verbs.join(', ')}.`);
else if (verb === 'export') await exportInto(odd ?? registeredFile('partner'));
else if (odd !== undefined) throw new StartupError(`"${odd}" is one word too many: --help tells more.`);
else await run(verb);

async function run(asked: string): Promise<void> {
  if (channel !== undefined && !channels.some(({ name }) => name === channel))
    throw new StartupError(
      `there is no channel ${channel}: name one of ${channels.map(({ name }) => name).join(', ')}.`,
    );
  const releases = await import('./documents/releases.ts');
  if (asked === 'list')
    return console.log(releases.listed(channel === undefined ? channels.map(({ name }) => name) : [channel]));
  const of = { channel: needed(channel, 'channel'), client: needed(client, 'client') };
  switch (asked) {
    case 'publish':
      return console.log(await releases.publish({ ...of, manifest }));
    case 'activate':
      return console.log(releases.activate(of));
    case 'retire':
      return console.log(releases.retire({ ...of, sunset: needed(sunset, 'sunset'), successor }));
  }
}

async function exportInto(file: string): Promise<void> {
  const { exportPartnerDocuments } = await import('./documents/exportPartnerDocuments.ts');
  const { DATABASE_URL: database, ...flags } = more;
  const environment = await readEnvironment();
  const url = database ?? environment['DATABASE_URL'];
  const exported = await exportPartnerDocuments(url === undefined ? domainAddresses(environment, flags) : () => url);
  writeFileSync(file, `${JSON.stringify(exported, undefined, 2)}\n`);
  const apps = new Set(exported.documents.map(({ app }) => app)).size;
  console.log(`${file}: ${exported.documents.length} documents of ${apps} apps. "schema:check" reads them.`);
}

function needed(value: string | undefined, flag: string): string {
  if (value === undefined) throw new StartupError(`the flag --${flag} is missing: --help tells more.`);
  return value;
}
