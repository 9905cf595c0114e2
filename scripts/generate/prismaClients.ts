import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { subgraphs } from '#schema/subgraphs.ts';
import { runTool } from './runTool.ts';
import { root, type GenerateTask } from './task.ts';

/** One Prisma client per subgraph that has a model: `generated/<domain>/prisma/client.ts`. */
export function prismaClients(): GenerateTask[] {
  return subgraphs.flatMap(({ name }) => {
    const schema = `subgraphs/${name}/prisma/schema.prisma`;
    if (!existsSync(join(root, schema))) return [];
    return [
      {
        name: `prisma/${name}`,
        inputs: [schema, 'scripts/generate/prismaClients.ts'],
        outputs: [`generated/${name}/prisma/client.ts`],
        run: async () => {
          rmSync(join(root, `generated/${name}/prisma`), { recursive: true, force: true });
          // Prisma downloads a schema engine even to generate, which needs none. Only this child is told that it has
          // one: with it, other Prisma commands print nothing and say nothing.
          await runTool(
            process.execPath,
            [join(root, 'node_modules/prisma/build/index.js'), 'generate', '--schema', schema, '--no-hints'],
            {
              PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
              PRISMA_HIDE_UPDATE_MESSAGE: '1',
              CHECKPOINT_DISABLE: '1',
            },
          );
        },
      },
    ];
  });
}
