import { channels } from '#schema/channels.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { channelFiles } from './channelFiles.ts';
import { addLine, channelName, checkName, subgraphName, freeChannelPort, freeSubgraphPort } from './registry.ts';
import { namesOf, subgraphFiles } from './subgraphFiles.ts';
import { writeNewFolder } from './writeFiles.ts';

/** Makes a subgraph: its folder and its line in the registry. Run `generate` afterwards. */
export function createSubgraph(name: string): void {
  checkName(name, subgraphName, [
    ...subgraphs,
    ...[
      'bus',
      'sagas',
      'gateway',
      'provider',
      'simulation',
      'databases',
      'postgres',
      'kafka',
      'platform',
      'public',
    ].map((each) => ({ name: each })),
  ]);
  const port = freeSubgraphPort();
  writeNewFolder(`subgraphs/${name}`, subgraphFiles(namesOf(name)));
  addLine('schema/subgraphs.ts', `{ name: '${name}', port: ${port}, database: '${name}' },`);
}

/** Makes a channel: its folder and its line in the registry. Run `generate` afterwards. */
export function createChannel(name: string): void {
  checkName(name, channelName, [...channels, ...['gateway', 'public'].map((each) => ({ name: each }))]);
  const port = freeChannelPort();
  writeNewFolder(`bffs/${name}`, channelFiles(name));
  addLine('schema/channels.ts', `{ name: '${name}', port: ${port} },`);
}

/** Makes a subgraph or channel, then runs `generate` in a process of its own, which reads the changed registry. */
export async function createFromCommandLine(kind: 'subgraph' | 'channel', name: string): Promise<void> {
  if (kind === 'subgraph') createSubgraph(name);
  else createChannel(name);
  const folder = kind === 'subgraph' ? `subgraphs/${name}` : `bffs/${name}`;
  const { runTool } = await import('../generate/runTool.ts');
  // The templates are formatted afterwards, because line breaks depend on the length of the name.
  await runTool('prettier', ['--write', '--log-level', 'warn', folder, `schema/${kind}s.ts`]);
  await runTool(process.execPath, ['--import', 'tsx', 'scripts/generate.ts']);
  console.log(
    `made ${folder}, its line in schema/${kind}s.ts, and what is generated from them.\nNext: shape ${folder}/${kind === 'subgraph' ? 'schema.graphql' : 'channel.ts'}, then "start" serves it.`,
  );
}
