import { stringify } from 'yaml';
import { writeIfChanged, type GenerateTask } from './task.ts';

export const kongFilePath = 'ops/edge/kong.yaml';

/** Makes Kong's declarative configuration from the policies of the edge. */
export const kongFile = (): GenerateTask[] => [
  {
    name: kongFilePath,
    inputs: [
      'scripts/generate/kongFile.ts',
      'ops/edge',
      'bffs',
      'schema/channels.ts',
      'gateway/src/channelManifest.ts',
    ],
    outputs: [kongFilePath],
    async run() {
      writeIfChanged(kongFilePath, await kongFileText());
    },
  },
];

/** The content of the file. */
export async function kongFileText(): Promise<string> {
  const [{ kongOf }, { edgePolicies }] = await Promise.all([
    import('../../ops/edge/kong.ts'),
    import('../../ops/edge/policies.ts'),
  ]);
  const head = '# Made by `generate` from ops/edge/policies.ts and the manifests of the channels: do not edit.\n';
  return head + stringify(kongOf(await edgePolicies(), 'example.com'), { lineWidth: 120 });
}
