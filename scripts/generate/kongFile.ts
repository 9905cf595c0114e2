import { stringify } from 'yaml';
import { writeIfChanged, type GenerateTask } from './task.ts';

const output = 'ops/edge/kong.yaml';

/** Makes Kong's declarative configuration from the policies of the edge. */
export const kongFile = (): GenerateTask[] => [
  {
    name: output,
    inputs: [
      'scripts/generate/kongFile.ts',
      'ops/edge',
      'bffs',
      'schema/channels.ts',
      'gateway/src/channelManifest.ts',
    ],
    outputs: [output],
    async run() {
      const [{ kongOf }, { edgePolicies }] = await Promise.all([
        import('../../ops/edge/kong.ts'),
        import('../../ops/edge/policies.ts'),
      ]);
      const head = '# Made by `generate` from ops/edge/policies.ts and the manifests of the channels: do not edit.\n';
      writeIfChanged(output, head + stringify(kongOf(await edgePolicies(), 'example.com'), { lineWidth: 120 }));
    },
  },
];
