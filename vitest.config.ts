import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';

const onPostgres = {
  globalSetup: [
    'platform/testkit/folderSetup.ts',
    'platform/testkit/clusterSetup.ts',
    'platform/testkit/kafka/kafkaSetup.ts',
  ],
  setupFiles: ['platform/testkit/eachFile.ts'],
};

/**
 * Scenarios that leave what all share as it was: they run in the one system that `sharedSystem` starts in each worker,
 * which is why the worker goes on with its modules from file to file.
 */
const onSharedSystem = [
  'cancel-order',
  'courier-app',
  'delivery-partner',
  'edge',
  'home-screen',
  'hostile/everyDoor*',
  'hostile/fuzz*',
  'hostile/otherDoors*',
  'hostile/overTls*',
  'kiosk-one-store',
  'kiosk-order',
  'kiosk-page',
  'marketplace-order',
  'notifications/onPostgres*',
  'office-page',
  'nobody-elses/nobodyElses*',
  'order-cost',
  'order-timeline',
  'pacts',
  'partner-onboarding',
  'payment-confirmed',
  'payment-declined',
  'personal-data',
  'place-order/onPostgres*',
  'portal',
  'rest',
  'revoked-access',
  'sign-in',
  'support-session',
  'subgraph-down',
  'web-pages',
  'webhooks-in',
  'webhooks-out',
].map((name) => `e2e/${name.includes('/') ? name : `${name}/*`}.test.ts`);

/** Scenarios of so many processes that another test beside them would only wait for the processor, and they for it. */
const manyProcesses = ['e2e/compose/*.test.ts', 'e2e/order-board/*.test.ts', 'e2e/chaos/*.test.ts'];
/** What ends with the process, which is why modules that other files have used would not do. */
const inProcessOfItsOwn = ['platform/postgres/hungDatabases.int.test.ts'];
/**
 * No test may depend on an idle machine. `until` gives up before these, because it says what was awaited. The first
 * hook of a run that needs Kafka waits for the broker to start, which alone may take a minute.
 */
const patience = { testTimeout: 60_000, hookTimeout: 180_000 };
const muchPatience = { testTimeout: 240_000, hookTimeout: 240_000 };

/**
 * Vite lists what an import by a variable name may mean when it transforms the module. A module that is kept would not
 * know the subgraph or the channel that was added since, and tests would fail until the cache is deleted.
 */
const importsByName: Plugin = {
  name: 'imports by name are not kept',
  configureVitest({ experimental_defineCacheKeyGenerator: defineCacheKey }) {
    defineCacheKey(({ sourceCode }) => (sourceCode.includes('import(`') ? false : undefined));
  },
};

// Named by what a test needs: nothing but its own process, a PostgreSQL or processes of its own, the whole system from
// outside, or that and the whole machine.
// Where files are not isolated from each other, because loading the modules again for each file would take longer than
// many of the tests, a file must leave what its modules keep as it was.
export default defineConfig({
  // Vite would take graphql's ES modules, Apollo's packages require its CommonJS ones, and the two do not know each
  // other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  plugins: [importsByName],
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.unit.test.ts'],
          isolate: false,
          globalSetup: ['platform/testkit/folderSetup.ts'],
          ...patience,
        },
      },
      {
        extends: true,
        test: {
          name: 'int',
          include: ['**/*.int.test.ts'],
          exclude: inProcessOfItsOwn,
          isolate: false,
          sequence: { groupOrder: 1 },
          ...patience,
          ...onPostgres,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: ['**/*.unit.test.ts', '**/*.int.test.ts', ...onSharedSystem, ...manyProcesses],
          isolate: false,
          sequence: { groupOrder: 1 },
          ...muchPatience,
          ...onPostgres,
        },
      },
      {
        extends: true,
        test: {
          name: 'shared',
          include: onSharedSystem,
          isolate: false,
          // Each of them starts a system.
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 2 },
          ...muchPatience,
          ...onPostgres,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: [...manyProcesses, ...inProcessOfItsOwn],
          sequence: { groupOrder: 3 },
          maxWorkers: 1,
          ...muchPatience,
          ...onPostgres,
        },
      },
    ],
    exclude: ['**/node_modules/**', '**/.data/**', 'generated/**'],
    pool: 'forks',
    // Every project would transform the same modules again, which takes 6 s of CPU for those of a whole system.
    experimental: { fsModuleCache: true },
    // Much of a test is waiting for other processes.
    maxWorkers: availableParallelism() + 1,
  },
});
