import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { subgraphs } from '#schema/subgraphs.ts';
import { runTool } from './runTool.ts';
import { root, type GenerateTask } from './task.ts';

/** Makes the Prisma client of each subgraph that has a Prisma model: `generated/<domain>/prisma/client.ts`. */
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
          const folder = join(root, `generated/${name}/prisma`);
          rmSync(folder, { recursive: true, force: true });
          // `prisma generate` would download a schema engine, which it does not need. So this child process is told of
          // a stand-in. It is told only here, since other Prisma commands would silently do nothing with the stand-in.
          await runTool(
            process.execPath,
            [join(root, 'node_modules/prisma/build/index.js'), 'generate', '--schema', schema, '--no-hints'],
            {
              PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
              PRISMA_HIDE_UPDATE_MESSAGE: '1',
              CHECKPOINT_DISABLE: '1',
            },
          );
          datesOnly(folder);
        },
      },
    ];
  });
}

/**
 * Takes texts for dates out of a client's types. The client makes a plan of each query and keeps it, with values left
 * out; a date that is a text stays in, so that the same query is planned anew for each date.
 */
function datesOnly(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    if (text.includes('Date | string')) writeFileSync(path, text.replaceAll('Date | string', 'Date'));
  }
}
