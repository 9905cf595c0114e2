import { composeServices } from './composeServices.ts';
import { settingSources } from './settingsPage.ts';
import { writeIfChanged, type GenerateTask } from './task.ts';

/** Makes `docker-compose.yml`, which runs the system as separate services. The file is committed. */
export function composeFile(): GenerateTask[] {
  return [
    {
      name: 'docker-compose.yml',
      inputs: [
        'schema/subgraphs.ts',
        'schema/channels.ts',
        'scripts/generate/composeFile.ts',
        'scripts/generate/composeServices.ts',
        ...settingSources,
      ],
      outputs: ['docker-compose.yml'],
      run: async () => void writeIfChanged('docker-compose.yml', await composeFileText()),
    },
  ];
}

/** The content of the file. */
export async function composeFileText(): Promise<string> {
  const { stringify } = await import('yaml');
  return note + stringify(await composeServices(), { lineWidth: 0, aliasDuplicateObjects: false });
}

const note = `# Generated from schema/subgraphs.ts and schema/channels.ts by \`generate\`: do not edit. See ops/docker/README.md.
#
# Everything as separate services, with the events on Kafka:  docker compose --profile development up --build
# With Prometheus, at http://localhost:9090:  --profile prometheus. In production: see ops/docker/README.md.
`;
