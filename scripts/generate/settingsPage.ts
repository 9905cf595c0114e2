import { channelService } from '#schema/services.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { channels } from '#schema/channels.ts';
import { settingCatalogue, type CatalogueEntry } from '../system/settingCatalogue.ts';
import { writeIfChanged, type GenerateTask } from './task.ts';

/** The files and folders in which settings and secrets are declared. */
export const settingSources = [
  'schema/subgraphs.ts',
  'schema/channels.ts',
  'schema/services.ts',
  'platform/config/secrets.ts',
  'platform/config/settings.ts',
  'platform/pii/domainKeyring.ts',
  'platform/files/fileStoreSettings.ts',
  'scripts/system/settingCatalogue.ts',
  'scripts/system/serviceSettings.ts',
  'scripts/system/certificateSettings.ts',
  'scripts/system/channelOrigins.ts',
  'scripts/system/databaseAddress.ts',
  'scripts/system/databases.ts',
  'scripts/system/ports.ts',
  'scripts/system/secrets.ts',
  'scripts/system/signIn.ts',
  'subgraphs/partners/src/relay/config.ts',
  'webhooks/src/config.ts',
  ...subgraphs.map(({ name }) => `subgraphs/${name}/src/config.ts`),
];

export const settingsPagePath = 'docs/settings.md';

/** Makes `docs/settings.md`: every setting and secret, from the code that declares them. The page is committed. */
export function settingsPage(): GenerateTask[] {
  return [
    {
      name: settingsPagePath,
      inputs: ['scripts/generate/settingsPage.ts', ...settingSources],
      outputs: [settingsPagePath],
      run: async () => void writeIfChanged(settingsPagePath, await settingsPageText()),
    },
  ];
}

/** The content of the page. */
export async function settingsPageText(): Promise<string> {
  const entries = await settingCatalogue();
  const [secrets, settings] = [entries.filter(({ secret }) => secret), entries.filter(({ secret }) => !secret)];
  return `${note}
## Secrets

| name | what it is for | read by | in production |
|---|---|---|---|
${secrets.map((entry) => `| \`${entry.name}\` | ${entry.description} | ${readers(entry)} | ${entry.production} |`).join('\n')}

## Settings

| name | what it is for | default | read by | in production |
|---|---|---|---|---|
${settings.map((entry) => `| \`${entry.name}\` | ${entry.description} | ${entry.fallback && `\`${entry.fallback}\``} | ${readers(entry)} | ${entry.production} |`).join('\n')}
`;
}

const groups: readonly (readonly [string, readonly string[]])[] = [
  ['all domains', subgraphs.map(({ name }) => name)],
  ['gateway and all channels', ['gateway', ...channels.map(({ name }) => channelService(name))]],
];

/** Names the services that read a setting: a group by its name if all of its services do, others one by one. */
function readers({ services }: CatalogueEntry): string {
  let rest = [...services];
  const named = groups.flatMap(([name, members]) => {
    if (!members.every((member) => rest.includes(member))) return [];
    rest = rest.filter((service) => !members.includes(service));
    return [name];
  });
  return [...rest, ...named].join(', ');
}

const note = `# Every setting and secret

Generated from the code by \`generate\`: do not edit. Each may be an environment variable or a line of \`.env\`; a setting also a flag (\`PORT_BASE\` is \`--port-base\`),
a secret also a file that \`<NAME>_FILE\` names, as container platforms mount it. The environment wins over \`.env\`, a flag over both. What is unknown or misspelt stops
the boot. The development profile makes the secrets that are missing, in \`DATA_DIR/secrets\`; production refuses to start without. "Read by" are the services of
\`docker-compose.yml\`, each of which is handed what it reads and nothing else; \`start\` is everything in one process.
`;
