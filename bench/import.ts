import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { commandLine } from '../scripts/system/commandLine.ts';
import { Teardown } from '../scripts/system/teardown.ts';
import { importFolder } from '../scripts/system/transfer/importFolder.ts';
import { openTransferDomains } from '../scripts/system/transfer/openDomains.ts';
import { readFolder } from '#schema/import/reading/readFolder.ts';
import { makeChain } from './import/makeChain.ts';

const teardown = new Teardown();
endOnError('bench:import', () => teardown.run());
const { settings: flags, switches } = commandLine({
  name: 'bench:import',
  does: 'how long "chain:import" takes for a large chain on empty databases, and again when nothing changed.',
  flags: {
    '--stores <n>': 'stores (1000)',
    '--items <n>': 'items (500), each with three sizes, in four countries',
    '--ingredients <n>': 'ingredients (60), of each of which every store has some',
    '--own-prices': 'a price of its own for each item at each store, instead of one for each country',
  },
  more: 'Prints: rows, seconds of the first run, of a second one, and of one in which a price changed. PostgreSQL is on the same machine, and waits for the disk.',
  examples: ['bench:import', 'bench:import --own-prices'],
});
await main();

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drburger-bench-import-'));
  teardown.add('folder', () => rmSync(folder, { recursive: true, force: true }));
  const chain = {
    folder: join(folder, 'chain'),
    stores: Number(flags['STORES'] ?? 1_000),
    items: Number(flags['ITEMS'] ?? 500),
    ingredients: Number(flags['INGREDIENTS'] ?? 60),
    ownPrices: switches.has('own-prices'),
  };
  const rows = makeChain(chain);
  const environment = {
    ...process.env,
    DATA_DIR: join(folder, 'data'),
    PORT_BASE: String(await freePortBlock(100)),
  };
  const domains = await openTransferDomains(
    { environment, flags: {}, print: () => undefined, mayBegin: true },
    teardown,
  );
  const run = async (): Promise<string> => {
    const began = performance.now();
    const outcome = await importFolder({
      read: readFolder(chain.folder),
      domains,
      dryRun: false,
      print: (line) => console.error(line),
    });
    if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.problems.slice(0, 3)));
    return ((performance.now() - began) / 1_000).toFixed(1);
  };
  console.log(`${availableParallelism()} cores, Node ${process.version}`);
  console.log(`${chain.stores} stores, ${chain.items} items, ${rows.toLocaleString('en')} rows`);
  console.log(`first run                  ${await run()} s`);
  console.log(`again, nothing changed     ${await run()} s`);
  makeChain({ ...chain, firstPrice: 777 });
  console.log(`again, a price changed     ${await run()} s`);
  await teardown.run();
}
