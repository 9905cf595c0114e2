import { channels } from '#schema/channels.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { channelFiles } from './channelFiles.ts';
import { addLine, channelName, checkName, subgraphName, freeChannelPort, freeSubgraphPort } from './registry.ts';
import { eventsFile, namesOf, subgraphFiles } from './subgraphFiles.ts';
import { writeNewFile, writeNewFolder } from './writeFiles.ts';

/**
 * Makes a subgraph: its folder, the file of its events, and its lines in the registries of subgraphs, edges and
 * permissions. Run `generate` afterwards.
 */
export function createSubgraph(name: string): void {
  checkName(name, subgraphName, [
    ...subgraphs,
    ...[
      'bus',
      'sagas',
      'gateway',
      'provider',
      'delivery-partners',
      'loyalty-partner',
      'supplier',
      'mailbox',
      'simulation',
      'databases',
      'postgres',
      'kafka',
      'keycloak',
      'platform',
      'public',
    ].map((each) => ({ name: each })),
  ]);
  const port = freeSubgraphPort();
  const names = namesOf(name);
  writeNewFolder(`subgraphs/${name}`, subgraphFiles(names));
  writeNewFile(`schema/events/${name}.ts`, eventsFile(names));
  addLine('subgraphs', `{ name: '${name}', port: ${port}, database: '${name}' },`);
  const { type, one, many } = names;
  addLine('edges', `event('${name}', nobodyYet, '${type}Renamed', unheard('Say who will hear it.')),`);
  addLine('permissions', `'Query.${one}': 'public',`);
  addLine('permissions', `'Query.${many}': 'public',`);
  addLine('permissions', `'Mutation.rename${type}': 'any',`);
  addLine('retention', `${name}: { ${one}: good('say why it is kept, or for how long') },`);
}

/** Makes a channel: its folder and its line in the registry. Run `generate` afterwards. */
export function createChannel(name: string): void {
  checkName(name, channelName, [...channels, ...['gateway', 'public'].map((each) => ({ name: each }))]);
  const port = freeChannelPort();
  writeNewFolder(`bffs/${name}`, channelFiles(name));
  addLine('channels', `{ name: '${name}', port: ${port} },`);
}

/** Makes a subgraph or channel, then runs `generate` in a process of its own, which reads the changed registry. */
export async function createFromCommandLine(kind: 'subgraph' | 'channel', name: string): Promise<void> {
  if (kind === 'subgraph') createSubgraph(name);
  else createChannel(name);
  const folder = kind === 'subgraph' ? `subgraphs/${name}` : `bffs/${name}`;
  const { runTool } = await import('../generate/runTool.ts');
  // The templates are formatted afterwards, because line breaks depend on the length of the name.
  const registries = kind === 'subgraph' ? ['subgraphs', 'edges', 'permissions', 'retention'] : ['channels'];
  const events = kind === 'subgraph' ? [`schema/events/${name}.ts`] : [];
  const files = registries.map((each) => `schema/${each}.ts`);
  await runTool('prettier', ['--write', '--log-level', 'warn', folder, ...files, ...events]);
  await runTool(process.execPath, ['--import', 'tsx', 'scripts/generate.ts']);
  console.log(
    `made ${[folder, ...events].join(', ')}, lines in ${files.join(', ')}, and what is generated from them.\nNext: shape ${folder}/${kind === 'subgraph' ? 'schema.graphql' : 'channel.ts'}, then "start" serves it.`,
  );
}
