import { runTool } from './runTool.ts';
import type { GenerateTask } from './task.ts';

const template = {
  version: 'v2',
  clean: true,
  plugins: [{ local: 'protoc-gen-es', out: 'generated/proto', opt: ['target=ts', 'import_extension=ts'] }],
};

/** Makes the messages and services of the internal gRPC: `generated/proto/drburger/<domain>/v1/<domain>_pb.ts`. */
export function protobuf(): GenerateTask[] {
  return [
    {
      name: 'proto',
      inputs: ['schema/proto', 'scripts/generate/protobuf.ts'],
      outputs: ['generated/proto'],
      run: () => runTool('buf', ['generate', 'schema/proto', '--template', JSON.stringify(template)]),
    },
  ];
}
