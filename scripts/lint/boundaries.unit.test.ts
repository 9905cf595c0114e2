import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { boundaries } from './boundaries.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser as never } }, ...boundaries],
});

/** What lint says to a file with this one import. */
async function complaints(
  filePath: string,
  imported: string,
  text = `import type { X } from '${imported}';\nexport type Y = X;\n`,
): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: `${root}${filePath}` });
  return result?.messages.map(({ message }) => message) ?? [];
}

describe('the boundaries between folders', () => {
  it.each([
    ['subgraphs/orders/src/x.ts', '../../menu/src/price.ts', /never import each other/],
    ['subgraphs/orders/src/commands/x.ts', '../../../menu/src/price.ts', /never import each other/],
    ['subgraphs/orders/src/x.ts', '#subgraphs/menu/src/price.ts', /never import each other/],
    ['subgraphs/orders/src/x.int.test.ts', '#subgraphs/menu/src/price.ts', /never import each other/],
    ['subgraphs/orders/src/x.ts', '#generated/menu/prisma/client.ts', /private/],
    ['subgraphs/orders/src/x.ts', '#sandbox/simulation/simulation.ts', /neither the sandbox/],
    ['subgraphs/orders/src/x.ts', '#bffs/kiosk/channel.ts', /neither the sandbox/],
    ['subgraphs/orders/src/x.ts', '#gateway/documents/limits.ts', /neither the sandbox/],
    ['subgraphs/orders/src/x.ts', '../../../gateway/src/documents/limits.ts', /by the # names/],
    ['platform/events/x.ts', '#subgraphs/orders/src/order.ts', /platform imports no subgraph/],
    ['platform/events/x.ts', '../../subgraphs/orders/src/order.ts', /platform imports no subgraph/],
    ['platform/events/x.ts', '#gateway/documents/limits.ts', /platform imports no subgraph/],
    ['platform/events/x.ts', '#bffs/kiosk/channel.ts', /platform imports no subgraph/],
    ['platform/events/x.ts', '#sandbox/simulation/simulation.ts', /platform imports no subgraph/],
    ['platform/events/x.ts', '#generated/orders/prisma/client.ts', /no domain’s generated code/],
    ['bffs/kiosk/src/x.ts', '#subgraphs/orders/src/order.ts', /through the graph only/],
    ['gateway/src/x.ts', '../../subgraphs/orders/src/order.ts', /through the graph only/],
    ['platform/events/relay.ts', '#platform/testkit/until.ts', /test kit is for tests/],
    ['platform/sagas/x.ts', '../testkit/until.ts', /test kit is for tests/],
    ['subgraphs/payments/src/commands/x.ts', '#platform/testkit/until.ts', /test kit is for tests/],
    ['gateway/src/x.ts', './testkit/fakeTail.ts', /test kit is for tests/],
    ['gateway/src/x.ts', '#sandbox/simulation/simulation.ts', /sandbox is for development/],
    ['bffs/kiosk/src/x.ts', '#sandbox/simulation/simulation.ts', /sandbox is for development/],
    ['scripts/system/startSystem.ts', '#sandbox/paymentProvider/paymentProvider.ts', /sandbox is for development/],
    ['scripts/system/kafkaCommand.ts', '#platform/testkit/freePortBlock.ts', /test kit is for tests/],
    ['scripts/serve.ts', '../sandbox/paymentProvider/paymentProvider.ts', /sandbox is for development/],
  ])('refuse that %s imports %s', async (file, imported, message) => {
    expect(await complaints(file, imported)).toEqual([expect.stringMatching(message)]);
  });

  it('hold for what is loaded while the process runs, too', async () => {
    for (const file of ['scripts/system/startSystem.ts', 'gateway/src/x.ts']) {
      expect(await complaints(file, '', "await import('#sandbox/simulation/simulation.ts');\nexport {};\n")).toEqual([
        expect.stringMatching(/sandbox is for development/),
      ]);
    }
  });

  it.each([
    ['subgraphs/orders/src/commands/x.ts', '../order.ts'],
    ['subgraphs/orders/src/x.ts', './menu/price.ts'],
    ['subgraphs/orders/src/x.ts', '#platform/domain/domain.ts'],
    ['subgraphs/orders/src/x.ts', '#schema/events/menu.ts'],
    ['subgraphs/orders/src/x.ts', '#generated/orders/prisma/client.ts'],
    ['subgraphs/orders/src/x.ts', '#generated/proto/drburger/menu/v1/menu_pb.ts'],
    ['subgraphs/payments/src/x.int.test.ts', '#sandbox/paymentProvider/paymentProvider.ts'],
    ['platform/subgraph/x.ts', '../events/eventLog.ts'],
    ['platform/subgraph/x.ts', '#platform/events/eventLog.ts'],
    ['e2e/x.test.ts', '#subgraphs/orders/src/order.ts'],
    ['platform/events/x.int.test.ts', '#platform/testkit/until.ts'],
    ['platform/events/fixtures/x.ts', '#platform/testkit/until.ts'],
    ['gateway/src/x.unit.test.ts', './testkit/fakeTail.ts'],
    ['scripts/system/development/serveSandbox.ts', '#sandbox/paymentProvider/paymentProvider.ts'],
  ])('let %s import %s', async (file, imported) => {
    expect(await complaints(file, imported)).toEqual([]);
  });
});
