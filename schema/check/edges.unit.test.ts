import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { edges, type Edge } from '../edges.ts';
import { eventCatalogue } from '../eventCatalogue.ts';
import { subgraphs } from '../subgraphs.ts';
import { edgeProblems } from './edgeProblems.ts';
import { edgesInCode } from './edgesInCode.ts';

const events = async () => new Map([...(await eventCatalogue()).values()].map(({ name, domain }) => [name, domain]));
const said = { volume: 'some', latency: 'soon', because: 'It must.' };

it('the registry has exactly the edges that are in the code', async () => {
  const found = edgesInCode({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    subgraphs: subgraphs.map(({ name }) => name),
    events: await events(),
  });
  expect(edgeProblems(edges, found)).toEqual([]);
});

const files: Record<string, string> = {
  'subgraphs/shops/schema.graphql':
    'type Subscription { sold: Int @eventStream(events: ["WareSold"], feed: "shop:{id}", query: "shop") }',
  'subgraphs/shops/src/commands/sell.ts': `import { StockService } from '#generated/proto/drburger/stock/v1/stock_pb.ts';\ndomain.rpc.client(StockService).take({});`,
  'subgraphs/shops/src/commands/price.ts': `import { PriceService as prices } from '#generated/proto/drburger/stock/v1/price_pb.ts';\nconst { rpc: calls } = domain;\ncalls.client(prices);`,
  'subgraphs/shops/src/commands/later.ts': `// const call = () => fetch('http://later');\n/* import { LateService } from '#generated/proto/drburger/stock/v1/late_pb.ts'; */`,
  'subgraphs/shops/src/sagas/sale.ts': `import { StockService } from '#generated/proto/drburger/stock/v1/stock_pb.ts';\ncall.domain.rpc\n  .client(StockService)`,
  'subgraphs/stock/schema.graphql': 'type Query { a: Int }',
  'subgraphs/stock/src/consumers/wareSold.ts': `import { WareSold } from '#schema/events/shops.ts';\nexport const on = onEvent(WareSold, 'stock.wareSold', () => {});`,
  'subgraphs/stock/src/readModels/sold.ts': `import { WareSold } from '#schema/events/shops.ts';\nexport const sold = defineReadModel<Row>({ events: [WareSold] });`,
  'subgraphs/stock/src/rpc.ts': `import { StockService } from '#generated/proto/drburger/stock/v1/stock_pb.ts';\nrouter.service(StockService, {});`,
  'subgraphs/stock/src/supplier.ts': `import { request } from 'undici';`,
  'subgraphs/stock/src/supplier.unit.test.ts': `fetch('http://localhost');`,
  'gateway/src/follow.ts': `import { StockService } from '#generated/proto/drburger/stock/v1/stock_pb.ts';\nconst client = createClient(StockService, transport);`,
  'webhooks/src/sources/mill.ts': `import { StockService } from '#generated/proto/drburger/stock/v1/stock_pb.ts';`,
  'bffs/desk/src/ask.ts': `import { PriceService, type Price } from '#generated/proto/drburger/stock/v1/price_pb.ts';`,
  'bffs/desk/src/look.ts': `fetch('http://partner');`,
  'bffs/desk/pages/till/page.ts': `fetch('/graphql');`,
};

it('finds calls, saga steps, consumers, read models, streams, HTTP calls and events without a consumer', () => {
  const root = temporaryFolder('edges');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const found = edgesInCode({
    root,
    subgraphs: ['shops', 'stock'],
    events: new Map([
      ['WareSold', 'shops'],
      ['ShopClosed', 'shops'],
    ]),
  });
  expect(found.map(({ from, to, pattern, contract }) => `${from} > ${to}: ${pattern}, ${contract}`).sort()).toEqual([
    'channels > an unknown system: API-First, HTTP',
    'channels > stock: API-First, gRPC PriceService',
    'channels > stock: API-First, gRPC StockService',
    'shops > channels: Event-Driven, event WareSold',
    'shops > nobody yet: Event-Driven, event ShopClosed',
    'shops > stock: API-First, gRPC PriceService',
    'shops > stock: API-First, gRPC StockService',
    'shops > stock: CQRS, event WareSold',
    'shops > stock: Event-Driven, event WareSold',
    'shops > stock: Saga, gRPC StockService',
    'stock > an unknown system: API-First, HTTP',
    'webhooks > stock: API-First, gRPC StockService',
  ]);
});

it('refuses code without an edge, an edge without code, and a duplicate edge', () => {
  const edge: Edge = { from: 'shops', to: 'stock', pattern: 'API-First', contract: 'gRPC StockService', ...said };
  const found = { ...edge, file: 'subgraphs/shops/src/sell.ts' };
  expect(edgeProblems([edge], [found, found])).toEqual([]);
  expect(edgeProblems([], [found, found])).toEqual([
    expect.stringMatching(
      /^subgraphs\/shops\/src\/sell\.ts: shops → stock, gRPC StockService .*is not in schema\/edges\.ts/,
    ),
  ]);
  expect(edgeProblems([edge], [])).toEqual([expect.stringContaining('is carried out by no code')]);
  expect(edgeProblems([edge, edge], [found])).toEqual([expect.stringContaining('stands there twice')]);
});
