import { channelOperations } from './channelOperations.ts';
import { resolverTypes } from './resolverTypes.ts';
import { root, writeIfChanged, type GenerateTask } from './task.ts';

const generators = [
  'codegen.ts',
  'scripts/generate/codegenTasks.ts',
  'scripts/generate/channelOperations.ts',
  'scripts/generate/resolverTypes.ts',
  'scripts/generate/typeConfig.ts',
];

/** One task for each subgraph: makes its resolver types, as codegen.ts configures them. */
export const resolverTypeTasks = (): GenerateTask[] =>
  Object.keys(resolverTypes()).map((output) => {
    const name = output.split('/')[1]!;
    return taskOf(`resolvers/${name}`, output, [
      'schema/base.graphql',
      `subgraphs/${name}/schema.graphql`,
      `subgraphs/${name}/mappers.json`,
      `subgraphs/${name}/src/context.ts`,
    ]);
  });

/** One task for each channel: makes its typed documents, as codegen.ts configures them. */
export const channelOperationTasks = (): GenerateTask[] =>
  Object.keys(channelOperations()).map((output) => {
    const name = output.split('/')[2]!;
    return taskOf(`operations/${name}`, output, [`schema/channels/${name}.graphql`, `bffs/${name}/operations`]);
  });

/** A task that makes one output of codegen.ts, as the command `graphql-codegen` would. */
const taskOf = (name: string, output: string, inputs: readonly string[]): GenerateTask => ({
  name,
  inputs: [...inputs, ...generators],
  outputs: [output],
  async run() {
    const { executeCodegen } = await import('@graphql-codegen/cli');
    // Asked anew for each output: `codegen.ts` is evaluated once, before the contract of a new channel exists.
    const generates = { ...resolverTypes(), ...channelOperations() };
    const { result, error } = await executeCodegen({
      generates: { [output]: generates[output]! },
      cwd: root,
      silent: true,
    });
    if (error) throw error;
    for (const { content } of result) writeIfChanged(output, content);
  },
});
