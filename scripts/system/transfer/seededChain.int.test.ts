import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Domain } from '#platform/domain/domain.ts';
import { testSubgraph } from '#platform/testkit/testSubgraph.ts';
import { readFolder } from '#schema/import/reading/readFolder.ts';
import { chainFolder } from '#schema/seed/chain.ts';
import delivery from '#subgraphs/delivery/src/main.ts';
import inventory from '#subgraphs/inventory/src/main.ts';
import menu from '#subgraphs/menu/src/main.ts';
import stores from '#subgraphs/stores/src/main.ts';
import { importCommand } from './importCommand.ts';
import type { TransferDomain } from './importFolder.ts';

let domains: TransferDomain[];

beforeAll(async () => {
  const configuration = {
    PII_MASTER_KEYS: Buffer.alloc(32, 1).toString('base64'),
    PII_INDEX_KEY: Buffer.alloc(32, 2).toString('base64'),
  };
  domains = await Promise.all(
    [stores, menu, inventory, delivery].map(async (definition) => {
      const graph = await testSubgraph<Domain>(definition, { configuration, seed: true });
      return { domain: graph.domain, transfer: definition.transfer! };
    }),
  );
});

async function run(folder: string): Promise<string[]> {
  const lines: string[] = [];
  await importCommand({ read: readFolder(folder), domains, dryRun: false, print: (line) => lines.push(line) });
  return lines;
}

it('is what the seeds have made: an import of its folder changes nothing', async () => {
  const lines = await run(chainFolder);
  expect(lines.filter((line) => / [1-9]\d* (new|changed) /.test(line))).toEqual([]);
  expect(lines.at(-1)).toBe('everything is as the folder says: nothing was changed');
});

it('is changed by a line of its folder like any other chain', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'drburger-chain-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(chainFolder, folder, { recursive: true });
  const prices = join(folder, 'prices.csv');
  writeFileSync(prices, readFileSync(prices, 'utf8').replace('classic-burger,,590,520,', 'classic-burger,,600,530,'));
  const lines = await run(folder);
  expect(lines.filter((line) => / [1-9]\d* (new|changed) /.test(line))).toEqual([
    expect.stringMatching(/^prices +0 new +2 changed/),
  ]);
});
