import { channels } from '#schema/channels.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { channelService, webhookRelayService, webhooksService } from '#schema/services.ts';
import { metricsPort } from './composeServices.ts';
import { writeIfChanged, type GenerateTask } from './task.ts';

/** Makes `ops/prometheus/prometheus.yml`, by which Prometheus finds the services of docker-compose.yml. Committed. */
export function prometheusFile(): GenerateTask[] {
  return [
    {
      name: 'ops/prometheus/prometheus.yml',
      inputs: [
        'schema/subgraphs.ts',
        'schema/channels.ts',
        'scripts/generate/prometheusFile.ts',
        'scripts/generate/composeServices.ts',
      ],
      outputs: ['ops/prometheus/prometheus.yml'],
      run: async () => void writeIfChanged('ops/prometheus/prometheus.yml', await prometheusFileText()),
    },
  ];
}

/** The content of the file. */
export async function prometheusFileText(): Promise<string> {
  const { stringify } = await import('yaml');
  const services = [
    ...subgraphs.map(({ name }) => name),
    'gateway',
    ...channels.map(({ name }) => channelService(name)),
    webhooksService,
    webhookRelayService,
  ];
  return (
    note +
    stringify(
      {
        global: { scrape_interval: '15s', evaluation_interval: '15s' },
        rule_files: ['rules.yml'],
        scrape_configs: [
          { job_name: 'drburger', static_configs: [{ targets: services.map((name) => `${name}:${metricsPort}`) }] },
        ],
      },
      { lineWidth: 0 },
    )
  );
}

const note = `# Generated from schema/subgraphs.ts and schema/channels.ts by \`generate\`: do not edit. For the services of docker-compose.yml;
# for a system that \`start\` runs, the one target is its own, such as localhost:4009.
`;
