import { composeServices } from './composeServices.ts';
import { writeIfChanged, type GenerateTask } from './task.ts';

/** `docker-compose.yml`: the same system as separate services. Committed. */
export function composeFile(): GenerateTask[] {
  return [{
    name: 'docker-compose.yml',
    inputs: ['schema/subgraphs.ts', 'schema/channels.ts', 'scripts/system/ports.ts', 'scripts/generate/composeFile.ts', 'scripts/generate/composeServices.ts'],
    outputs: ['docker-compose.yml'],
    run: async () => {
      const { stringify } = await import('yaml');
      writeIfChanged('docker-compose.yml', note + stringify(composeServices(), { lineWidth: 0 }));
    },
  }];
}

const note = `# Generated from schema/subgraphs.ts and schema/channels.ts by \`generate\`: do not edit.
#
# Everything as separate services, on PostgreSQL and Kafka: docker compose up --build
# Services of the development profile share the secrets that the first of them makes. For production set PROFILE=production and the secrets
# (see ops/docker/README.md), and do without the services \`provider\` and \`simulation\`.
`;
